"""Models: baselines, recorded predictions, language models here and behind servers."""
