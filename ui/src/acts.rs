//! What a person does, where it is more than setting a signal.
