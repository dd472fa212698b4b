"""Runs in object stores: what stands at a URL, who may write there, and the copy of it that this machine works on."""
