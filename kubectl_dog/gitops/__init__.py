"""Applications of Argo CD and Flux: what they manage, and which revision is applied. Pure."""
