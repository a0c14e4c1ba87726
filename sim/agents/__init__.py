"""Every actor as a Mesa agent: the model, actor classes, and what a user's own must keep to."""
