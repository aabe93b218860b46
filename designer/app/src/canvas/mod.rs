//! The drawing surface: cards, paths, gestures.
