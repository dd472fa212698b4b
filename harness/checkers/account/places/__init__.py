"""Who or what stands in the places of a claim, where the articles have another there: doers, speakers, counts."""
