"""What Python programs call; the names are in `kubectl_dog`, and the page is docs/library.md."""
