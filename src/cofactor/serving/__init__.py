"""The JSON API over a saved model, and the explorer's page, which is a client of it. Needs the extra `serve`."""
