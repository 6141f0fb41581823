"""adaptbot: answers about adapting large language models, with citations that were checked."""
