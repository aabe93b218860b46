//! The node kinds: each is one file in `kinds/` and one word in the list below.
//!
//! A file holds the settings (doc comments are the help texts people read, `schemars` makes the JSON Schema, hints ride
//! on it), the description with its exits, what happens on entering and resuming, and examples that are documentation
//! and test at once. [`catalogue`] gives all of them as a value.
//! What this crate never does: I/O, time, randomness.

mod answers;
mod grounded;
mod options;
mod pattern;
mod quote;
mod words;

#[cfg(test)]
mod generic_tests;
#[cfg(test)]
mod play;

use interpreter::{Catalogue, Entry};

/// Declares a module per kind; each has its settings as `Settings`.
macro_rules! kinds {
    ($($name:ident)*) => {
        /// One module per kind.
        pub mod kinds {
            $(pub mod $name;)*
        }

        /// All kinds of this release.
        pub fn catalogue() -> Catalogue {
            Catalogue::new([$(Entry::of::<kinds::$name::Settings>()),*])
        }
    };
}

kinds! {
    start say ask choose classify collect mood answer call_api branch match_value
    reply set script hours wait go_to call_flow hand_off rate end
}
