//! Why there is no model, or no vector, for people.

use std::path::{Path, PathBuf};

use model::Texts;

/// What stands in the way.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// This build has no models.
    NotBuiltIn,
    /// Neither a folder nor a name that a hub could have.
    NoName(String),
    /// There is no such folder.
    NoFolder(PathBuf),
    /// A folder has no file of this name.
    NoFile {
        /// Where it was looked for.
        folder: String,
        /// The file's name.
        file: String,
        /// Are there weights in another format?
        has_others: bool,
    },
    /// A file cannot be read, or not be understood.
    Unreadable {
        /// Which.
        file: PathBuf,
        /// What is wrong with it, from whoever read it.
        why: String,
    },
    /// A kind of model, or a part of one, that is not known here.
    Unknown {
        /// What it is, for example `architecture t5`.
        what: String,
    },
    /// Files of one folder that do not fit together.
    Contradiction {
        /// What, for example a dimension.
        what: String,
    },
    /// The hub has no such model, or does not show it to us.
    NotOnHub {
        /// The model.
        name: String,
        /// What the hub answered.
        status: u16,
    },
    /// The hub did not answer, or not all of it came; worth another try.
    HubFailed {
        /// What was asked for.
        what: String,
        /// Why.
        why: String,
    },
    /// Something could not be written here.
    NotWritten {
        /// Where.
        file: PathBuf,
        /// Why.
        why: String,
    },
    /// The model gave no vector for a text.
    NoVector(String),
}

impl Trouble {
    pub(crate) fn unreadable(file: &Path, why: impl ToString) -> Self {
        Self::Unreadable { file: file.to_owned(), why: why.to_string() }
    }

    /// May it work a little later, without anybody changing anything?
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::HubFailed { .. })
    }

    /// For people: what is wrong, where, and what to do.
    pub fn texts(&self) -> Texts {
        match self {
            Self::NotBuiltIn => Texts::new(
                "这个程序不带本机向量模型；请换用带 local-embeddings 功能编译的程序，或用模型服务的向量模型",
                "this build has no local embeddings; use one that was built with the feature local-embeddings, or the \
                 embedding model of a provider",
            ),
            Self::NoName(name) => Texts::new(
                format!("“{name}”既不是文件夹，也不是模型名称（例如 BAAI/bge-small-zh-v1.5）"),
                format!("\"{name}\" is neither a folder nor a model's name (such as BAAI/bge-small-zh-v1.5)"),
            ),
            Self::NoFolder(folder) => Texts::new(
                format!("没有文件夹 {}", folder.display()),
                format!("there is no folder {}", folder.display()),
            ),
            Self::NoFile { folder, file, has_others: false } => Texts::new(
                format!("{folder} 里没有 {file}，请放入完整的 sentence-transformers 模型"),
                format!("{folder} has no {file}; put a whole sentence-transformers model there"),
            ),
            Self::NoFile { folder, file, has_others: true } => Texts::new(
                format!("{folder} 里没有 {file}，只有其他格式的权重；请把模型另存为 safetensors"),
                format!("{folder} has no {file}, only weights in another format; save the model as safetensors"),
            ),
            Self::Unreadable { file, why } => Texts::new(
                format!("{} 不能读：{why}。文件可能损坏，请重新下载", file.display()),
                format!("{} cannot be read: {why}; it may be damaged, fetch it again", file.display()),
            ),
            Self::Unknown { what } => Texts::new(
                format!("不支持这个模型：{what}。可以用 BERT 或 XLM-RoBERTa 结构的句向量模型"),
                format!("this model is not supported: {what}; sentence models of the BERT and XLM-RoBERTa kind are"),
            ),
            Self::Contradiction { what } => Texts::new(
                format!("模型的文件对不上：{what}"),
                format!("the model's files do not fit together: {what}"),
            ),
            Self::NotOnHub { name, status: 401 | 403 } => Texts::new(
                format!("模型 {name} 不存在，或者需要授权（设置 HF_TOKEN）"),
                format!("there is no model {name}, or it wants a token (HF_TOKEN)"),
            ),
            Self::NotOnHub { name, status } => Texts::new(
                format!("模型站没有 {name}（{status}），请检查名称"),
                format!("the hub has no {name} ({status}); check the name"),
            ),
            Self::HubFailed { what, why } => Texts::new(
                format!("没能从模型站取到 {what}：{why}；稍后会重试，也可以自己下载后填写文件夹"),
                format!(
                    "{what} did not come from the hub: {why}; it is tried again, or fetch it yourself and name the folder"
                ),
            ),
            Self::NotWritten { file, why } => Texts::new(
                format!("{} 写不进去：{why}", file.display()),
                format!("{} cannot be written: {why}", file.display()),
            ),
            Self::NoVector(why) => {
                Texts::new(format!("本机模型没有算出向量：{why}"), format!("the local model gave no vector: {why}"))
            }
        }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.texts().in_language("en"))
    }
}

impl std::error::Error for Trouble {}
