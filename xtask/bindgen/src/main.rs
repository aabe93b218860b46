//! Packs the designer: a compiled `.wasm` becomes a folder that the server can serve as it is.
//!
//! `bindgen WASM APP_FOLDER WIDGET_FOLDER DIST [--fast]`
//!
//! It is a package of its own because wasm-bindgen's library is heavy, and `cargo xtask` is to build in seconds.
//! `--fast` leaves out the compressed copies, for iterating.

mod compress;
mod dist;

use std::path::PathBuf;

use anyhow::{Context, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::dist::Dist;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (flags, folders): (Vec<&str>, Vec<&str>) =
        arguments.iter().map(String::as_str).partition(|argument| argument.starts_with("--"));
    let [wasm, app, widget, dist] = folders[..] else {
        bail!("usage: bindgen WASM APP_FOLDER WIDGET_FOLDER DIST [--fast]");
    };

    let mut dist = Dist::create(PathBuf::from(dist))?;
    let start = browser_part(&mut dist, wasm)?;
    let style = dist.style_sheet(&PathBuf::from(app).join("style"))?;
    dist.page(&PathBuf::from(app).join("index.html"), &start, style.as_deref())?;
    dist.copy_folder(&PathBuf::from(app).join("public"), "")?;
    dist.copy_folder(&PathBuf::from(widget), "widget")?;
    if !flags.contains(&"--fast") {
        compress::folder(dist.folder())?;
    }
    dist.finish()
}

/// The three files the browser starts from, as the page names them.
pub(crate) struct Start {
    pub(crate) script: String,
    pub(crate) glue: String,
    pub(crate) wasm: String,
}

/// Writes glue, wasm and start script under hashed names.
fn browser_part(dist: &mut Dist, wasm: &str) -> anyhow::Result<Start> {
    let mut output = Bindgen::new()
        .input_path(wasm)
        .out_name("app")
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_producers_section(true)
        .remove_name_section(true)
        .generate_output()
        .context("wasm-bindgen")?;
    let glue = dist.hashed("app", "js", output.js().as_bytes())?;
    // Scripts that crates bring along: the glue imports them by this path.
    for (name, text) in output.local_modules() {
        dist.write(&format!("assets/snippets/{name}"), text.as_bytes())?;
    }
    for (crate_name, scripts) in output.snippets() {
        for (idx, script) in scripts.iter().enumerate() {
            let path = format!("assets/snippets/{crate_name}/inline{idx}.js");
            dist.write(&path, script.as_bytes())?;
        }
    }
    let wasm = dist.hashed("app", "wasm", &output.wasm_mut().emit_wasm())?;
    // The address is passed explicitly: the glue's own default does not know the hashed name.
    let script = format!(
        "import init from './{}';\ninit({{ module_or_path: new URL('./{}', import.meta.url) }});\n",
        dist::file_name(&glue),
        dist::file_name(&wasm),
    );
    let script = dist.hashed("start", "js", script.as_bytes())?;
    Ok(Start { script, glue, wasm })
}
