//! Which model is wanted: a folder, or a name on the hub.

use std::path::{Path, PathBuf};

use crate::Trouble;

/// A model, as a setting names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A folder.
    Folder(PathBuf),
    /// A name on the hub.
    Hub(HubName),
}

/// `BAAI/bge-small-zh-v1.5`, perhaps with a revision: `…@main`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubName {
    /// The owner and the model.
    pub name: String,
    /// A branch, a tag or a commit.
    pub revision: String,
}

impl Wanted {
    /// Reads a setting. A folder that exists wins over a name.
    ///
    /// # Errors
    /// When it names a folder that is not there, or cannot be a name.
    pub fn read(setting: &str) -> Result<Self, Trouble> {
        let setting = setting.trim();
        let path = Path::new(setting);
        if path.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        if path.is_absolute() || setting.starts_with(['.', '~']) || setting.matches('/').count() > 1 {
            return Err(Trouble::NoFolder(path.to_owned()));
        }
        let (name, revision) = setting.split_once('@').unwrap_or((setting, "main"));
        let is_word = |word: &str| {
            let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            !word.is_empty() && word.len() <= 96 && word.chars().all(is_fine) && !word.contains("..")
        };
        if !name.split('/').all(is_word) || !is_word(revision) {
            return Err(Trouble::NoName(setting.to_owned()));
        }
        Ok(Self::Hub(HubName { name: name.to_owned(), revision: revision.to_owned() }))
    }

    /// What people call it: the last part of the folder or the name.
    pub fn short_name(&self) -> String {
        let whole = match self {
            Self::Folder(folder) => {
                let folder = folder.canonicalize().unwrap_or_else(|_| folder.clone());
                folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
            }
            Self::Hub(name) => name.name.clone(),
        };
        whole.rsplit('/').next().unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_a_folder_or_a_name() {
        let hub = |name: &str, revision: &str| {
            Ok(Wanted::Hub(HubName { name: name.to_owned(), revision: revision.to_owned() }))
        };
        assert_eq!(Wanted::read("BAAI/bge-small-zh-v1.5"), hub("BAAI/bge-small-zh-v1.5", "main"));
        assert_eq!(
            Wanted::read(" intfloat/multilingual-e5-small@0a1b2c "),
            hub("intfloat/multilingual-e5-small", "0a1b2c")
        );
        assert_eq!(Wanted::read("gpt2"), hub("gpt2", "main"));
        for folder in ["/no/such", "./no-such", "~/no-such", "a/b/c"] {
            assert_eq!(Wanted::read(folder), Err(Trouble::NoFolder(folder.into())));
        }
        for odd in ["", "a/..", "a b", "模型", "a@", "a@b/c", "/"] {
            assert!(Wanted::read(odd).is_err() || odd == "/", "{odd}");
        }

        let there = tempfile::tempdir().expect("a folder");
        let folder = there.path().join("my-model");
        std::fs::create_dir(&folder).expect("a folder");
        let wanted = Wanted::read(&folder.display().to_string()).expect("it is there");
        assert_eq!((&wanted, wanted.short_name()), (&Wanted::Folder(folder), "my-model".to_owned()));
        assert_eq!(Wanted::read("a/b@c").expect("a name").short_name(), "b");
    }
}
