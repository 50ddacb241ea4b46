//! `ui`: the window as files in ui/dist: WASM by cargo, its JavaScript side by wasm-bindgen as a library, one style
//! sheet. Nothing is downloaded here, and no bundler is involved.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};
use walkdir::WalkDir;
use wasm_bindgen_cli_support::Bindgen;

use crate::house::House;
use crate::process;
use crate::setup::WASM;
use crate::steps::{Steps, say};
use crate::style;

pub const STEP: &str = "building the window (WASM)";

/// How the window is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Small and quick to run; what the app ships.
    Ui,
    /// Quick to compile.
    Dev,
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Profile::Ui => "ui",
            Profile::Dev => "dev",
        }
    }

    /// Cargo's folder for it.
    fn folder(self) -> &'static str {
        match self {
            Profile::Ui => "ui",
            Profile::Dev => "debug",
        }
    }
}

/// `cargo xtask ui`.
pub fn standalone(house: &House, profile: Profile) -> Result<()> {
    Steps::of(1).next(STEP);
    build(house, profile)
}

/// Builds the window unless nothing it is made of has changed since the last time.
pub fn build(house: &House, profile: Profile) -> Result<()> {
    let stamp = stamp_file(house);
    let made_of = fingerprint(house, profile)?;
    if house.dist().join("ui_bg.wasm").is_file() && fs::read_to_string(&stamp).is_ok_and(|old| old == made_of) {
        say("the window is up to date");
        return Ok(());
    }
    let _absent_at_first = fs::remove_file(&stamp);
    compile(house, profile)?;
    assemble(house, profile)?;
    fs::create_dir_all(stamp.parent().context("a stamp stands in a folder")?)?;
    fs::write(&stamp, made_of)?;
    report(&house.dist().join("ui_bg.wasm"))
}

fn compile(house: &House, profile: Profile) -> Result<()> {
    let mut cargo = house.cargo();
    cargo.args(["build", "--package", "ui", "--target", WASM, "--profile", profile.name()]);
    process::run(&mut cargo).context("the window did not compile")
}

/// Everything the web view loads, laid out anew.
fn assemble(house: &House, profile: Profile) -> Result<()> {
    let (ui, dist) = (house.root.join("ui"), house.dist());
    if dist.exists() {
        fs::remove_dir_all(&dist).with_context(|| format!("{} could not be emptied", dist.display()))?;
    }
    fs::create_dir_all(&dist)?;
    bindgen(&house.target.join(WASM).join(profile.folder()).join("ui.wasm"), &dist, profile)?;
    if profile == Profile::Ui {
        shrink(house, &dist.join("ui_bg.wasm"))?;
    }
    for file in ["index.html", "boot.js"] {
        fs::copy(ui.join(file), dist.join(file)).with_context(|| format!("ui/{file} is missing"))?;
    }
    fs::write(dist.join("app.css"), style::sheet(&ui)?)?;
    copy_folder(&ui.join("assets"), &dist.join("assets"))
}

fn bindgen(wasm: &Path, dist: &Path, profile: Profile) -> Result<()> {
    let small = profile == Profile::Ui;
    let mut bindgen = Bindgen::new();
    bindgen.web(true)?.input_path(wasm).out_name("ui").typescript(false);
    bindgen.remove_name_section(small).remove_producers_section(small);
    bindgen.generate(dist).context("wasm-bindgen could not make the window's JavaScript side")
}

/// Smaller still where a wasm-opt is at hand; the window works the same without.
fn shrink(house: &House, wasm: &Path) -> Result<()> {
    let from_npm = house.peers.join("binaryen/node_modules/.bin/wasm-opt");
    let Some(tool) = process::on_path("wasm-opt").or_else(|| from_npm.is_file().then_some(from_npm)) else {
        return Ok(());
    };
    let smaller = wasm.with_extension("opt");
    let mut opt = Command::new(&tool);
    opt.args(["-Oz", "--enable-bulk-memory", "--enable-nontrapping-float-to-int", "--enable-sign-ext"]);
    opt.args(["--enable-mutable-globals", "--enable-reference-types", "--enable-multivalue"]);
    if let Err(error) = process::run(opt.arg(wasm).arg("-o").arg(&smaller)) {
        say(format!("wasm-opt was left out: {error:#}"));
        return Ok(());
    }
    fs::rename(&smaller, wasm).context("the smaller window could not take its place")
}

fn report(wasm: &Path) -> Result<()> {
    let bytes = fs::read(wasm)?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&bytes)?;
    let small = gzip.finish()?.len();
    say(format!("ui_bg.wasm: {} KiB, {} KiB gzipped", bytes.len() / 1024, small / 1024));
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    for entry in WalkDir::new(from) {
        let entry = entry?;
        let place = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&place)?;
        } else {
            fs::copy(entry.path(), &place)?;
        }
    }
    Ok(())
}

/// What the window is made of: folders and files below the top.
const SOURCES: [&str; 5] = ["ui", "crates/contract", "crates/xtask/src", "Cargo.toml", "Cargo.lock"];

/// A number over names, sizes and times of everything the window is made of: cheap enough to look often. A file that
/// an editor is just replacing is one more change, not an error.
pub fn look(house: &House) -> u64 {
    let mut hasher = DefaultHasher::new();
    let dist = house.dist();
    for top in SOURCES.map(|source| house.root.join(source)) {
        let files = sources(&top, &dist).filter_map(Result::ok);
        for file in files.filter(|file| file.file_type().is_file()) {
            file.path().hash(&mut hasher);
            let about = file.metadata().ok();
            about.map(|about| (about.len(), about.modified().ok())).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// A number over the content of everything the window is made of.
pub fn fingerprint(house: &House, profile: Profile) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    profile.name().hash(&mut hasher);
    for source in SOURCES {
        hash_tree(&house.root.join(source), &house.dist(), &mut hasher)?;
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn sources(top: &Path, except: &Path) -> impl Iterator<Item = walkdir::Result<walkdir::DirEntry>> {
    let walk = WalkDir::new(top).sort_by_file_name().into_iter();
    walk.filter_entry(move |entry| entry.path() != except)
}

fn hash_tree(top: &Path, except: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    if !top.exists() {
        bail!("{} is missing", top.display());
    }
    for entry in sources(top, except) {
        let entry = entry?;
        if entry.file_type().is_file() {
            entry.path().strip_prefix(top)?.hash(hasher);
            fs::read(entry.path())?.hash(hasher);
        }
    }
    Ok(())
}

/// One stamp a checkout, as several may share a target folder.
fn stamp_file(house: &House) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    house.root.hash(&mut hasher);
    house.target.join("xtask").join(format!("window-{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(root: &Path) -> House {
        for folder in ["ui/src", "ui/dist", "crates/contract", "crates/xtask/src"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        for file in ["Cargo.toml", "Cargo.lock", "ui/src/main.rs"] {
            fs::write(root.join(file), "one").unwrap();
        }
        let root = root.to_path_buf();
        House { target: root.join("target"), tools: root.join("tools"), peers: root.join("peers"), root }
    }

    #[test]
    fn the_window_is_rebuilt_when_a_source_changes_and_only_then() {
        let folder = tempfile::tempdir().unwrap();
        let house = house(folder.path());
        let before = fingerprint(&house, Profile::Ui).unwrap();
        fs::write(house.dist().join("ui.js"), "built").unwrap();
        assert_eq!(fingerprint(&house, Profile::Ui).unwrap(), before, "its own output is no source");
        assert_ne!(fingerprint(&house, Profile::Dev).unwrap(), before);
        fs::write(house.root.join("ui/src/main.rs"), "two").unwrap();
        assert_ne!(fingerprint(&house, Profile::Ui).unwrap(), before);
    }

    #[test]
    fn a_look_sees_what_changes_comes_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let house = house(folder.path());
        let source = house.root.join("ui/src/main.rs");
        let before = look(&house);
        fs::write(house.dist().join("ui.js"), "built").unwrap();
        assert_eq!(look(&house), before, "its own output is no source");
        fs::write(&source, "longer").unwrap();
        let changed = look(&house);
        assert_ne!(changed, before);
        fs::remove_file(&source).unwrap();
        assert_ne!(look(&house), changed, "a file that is gone is a change, and no failure");
    }

    #[test]
    fn a_folder_is_copied_with_all_below_it() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("assets");
        fs::create_dir_all(from.join("fonts")).unwrap();
        fs::write(from.join("fonts/a.woff2"), "font").unwrap();
        copy_folder(&from, &folder.path().join("dist")).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("dist/fonts/a.woff2")).unwrap(), "font");
        copy_folder(&folder.path().join("absent"), &folder.path().join("other")).unwrap();
    }
}
