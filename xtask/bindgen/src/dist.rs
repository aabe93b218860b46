//! The folder being filled: it is written beside the old one and takes its place when complete.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use crate::Start;

/// What a browser asks for; tests and notes beside it stay at home.
const SERVED: [&str; 9] = ["js", "css", "html", "svg", "png", "ico", "woff2", "json", "webmanifest"];

/// Where `index.html` receives its links.
const HEAD_MARK: &str = "<!-- heliu:head -->";

/// A dist folder in the making.
pub(crate) struct Dist {
    target: PathBuf,
    making: PathBuf,
}

impl Dist {
    pub(crate) fn create(target: PathBuf) -> anyhow::Result<Self> {
        let making = target.with_extension("making");
        if making.exists() {
            fs::remove_dir_all(&making).with_context(|| format!("empty {}", making.display()))?;
        }
        fs::create_dir_all(&making).with_context(|| format!("create {}", making.display()))?;
        Ok(Self { target, making })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.making
    }

    /// Writes one file at a path below the folder.
    pub(crate) fn write(&self, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let file = self.making.join(path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&file, bytes).with_context(|| format!("write {}", file.display()))
    }

    /// Writes one file under a name that changes with its content, and answers with its path.
    pub(crate) fn hashed(&self, stem: &str, ending: &str, bytes: &[u8]) -> anyhow::Result<String> {
        let path = format!("assets/{stem}-{:016x}.{ending}", fingerprint(bytes));
        self.write(&path, bytes)?;
        Ok(path)
    }

    /// All style sheets of a folder, in the order of their names, as one file.
    pub(crate) fn style_sheet(&self, folder: &Path) -> anyhow::Result<Option<String>> {
        let mut sheet = String::new();
        for file in files_below(folder)? {
            if file.extension().is_some_and(|ending| ending == "css") {
                let text = fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
                sheet.push_str(text.trim_end());
                sheet.push('\n');
            }
        }
        if sheet.is_empty() {
            return Ok(None);
        }
        self.hashed("app", "css", sheet.as_bytes()).map(Some)
    }

    /// `index.html` with the links to everything hashed.
    pub(crate) fn page(&self, template: &Path, start: &Start, style: Option<&str>) -> anyhow::Result<()> {
        let page = fs::read_to_string(template).with_context(|| format!("read {}", template.display()))?;
        ensure!(
            page.contains(HEAD_MARK),
            "{} has no line {HEAD_MARK}, where the start script belongs",
            template.display()
        );
        let mut head = String::new();
        if let Some(style) = style {
            head.push_str(&format!("<link rel=\"stylesheet\" href=\"/{style}\" />\n    "));
        }
        head.push_str(&format!(
            "<link rel=\"preload\" as=\"fetch\" type=\"application/wasm\" crossorigin href=\"/{}\" />\n    \
             <link rel=\"modulepreload\" href=\"/{}\" />\n    \
             <script type=\"module\" src=\"/{}\"></script>",
            start.wasm, start.glue, start.script
        ));
        self.write("index.html", page.replace(HEAD_MARK, &head).as_bytes())
    }

    /// Copies what a browser asks for from a folder, as it is. One that does not exist has nothing to copy.
    pub(crate) fn copy_folder(&self, from: &Path, to: &str) -> anyhow::Result<()> {
        for file in files_below(from)? {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let ending = name.rsplit('.').next().unwrap_or_default();
            if name.contains(".test.") || name == "package.json" || !SERVED.contains(&ending) {
                continue;
            }
            let relative = file.strip_prefix(from).context("a file below its folder")?;
            let path = Path::new(to).join(relative);
            let bytes = fs::read(&file).with_context(|| format!("read {}", file.display()))?;
            self.write(&path.to_string_lossy(), &bytes)?;
        }
        Ok(())
    }

    /// Puts the new folder in the place of the old one.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        if self.target.exists() {
            fs::remove_dir_all(&self.target).with_context(|| format!("remove {}", self.target.display()))?;
        }
        fs::rename(&self.making, &self.target).with_context(|| format!("put {} in place", self.target.display()))
    }
}

/// The last part of a dist path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Every file below a folder, sorted; none when the folder is absent.
pub(crate) fn files_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if !folder.exists() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))? {
        let entry = entry?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if is_hidden {
            continue;
        }
        if entry.file_type()?.is_dir() {
            files.extend(files_below(&entry.path())?);
        } else {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// FNV-1a: enough to give another content another name.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
