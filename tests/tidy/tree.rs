//! The tree as text: every file of the house, read once, without what is built or fetched.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

/// One file: its path from the top with `/` between, and what it holds.
#[derive(Debug, Clone)]
pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Source {
        Source { path: path.into(), text: text.into() }
    }

    /// A complaint about one line of this file.
    pub fn complain(&self, line: usize, what: impl Into<String>) -> Complaint {
        Complaint { path: self.path.clone(), line, what: what.into() }
    }
}

/// All text files of the house.
pub struct Tree {
    pub files: Vec<Source>,
}

impl Tree {
    pub fn here() -> Tree {
        Tree::below(&root())
    }

    pub fn below(top: &Path) -> Tree {
        let walk = WalkDir::new(top).sort_by_file_name().into_iter();
        let files = walk
            .filter_entry(|entry| !is_foreign(top, entry))
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .filter_map(|entry| {
                let path = entry.path().strip_prefix(top).ok()?.to_string_lossy().replace('\\', "/");
                // What is not text has no lines to complain about.
                Some(Source { path, text: fs::read_to_string(entry.path()).ok()? })
            });
        Tree { files: files.collect() }
    }

    pub fn rust(&self) -> Vec<Source> {
        self.ending(".rs")
    }

    pub fn named(&self, name: &str) -> Vec<Source> {
        let is_named = |source: &&Source| source.path.rsplit('/').next() == Some(name);
        self.files.iter().filter(is_named).cloned().collect()
    }

    pub fn ending(&self, end: &str) -> Vec<Source> {
        self.files.iter().filter(|source| source.path.ends_with(end)).cloned().collect()
    }
}

/// The top of the checkout. Asked at run time: a shared target folder serves many checkouts.
pub fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the package is");
    Path::new(&package).parent().expect("tests/ stands below the top").to_path_buf()
}

fn is_foreign(top: &Path, entry: &DirEntry) -> bool {
    let Ok(path) = entry.path().strip_prefix(top) else {
        return false;
    };
    matches!(path.to_str(), Some(".git" | "target" | "gen" | "ui/dist" | "Cargo.lock"))
}

/// One broken invariant: where, and what mends it.
#[derive(Debug, PartialEq, Eq)]
pub struct Complaint {
    pub path: String,
    pub line: usize,
    pub what: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Fails with every complaint on a line of its own.
pub fn settle(complaints: Vec<Complaint>) {
    let lines: Vec<String> = complaints.iter().map(Complaint::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

#[test]
fn what_is_built_is_no_part_of_the_tree() {
    let top = tempfile::tempdir().unwrap();
    for path in ["target/a.rs", "ui/dist/b.rs", "gen/c.rs", ".git/d.rs", "ui/src/e.rs"] {
        let file = top.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "//! x").unwrap();
    }
    let paths: Vec<String> = Tree::below(top.path()).rust().into_iter().map(|source| source.path).collect();
    assert_eq!(paths, ["ui/src/e.rs"]);
}

#[test]
#[should_panic(expected = "a.rs:3: too blunt")]
fn a_complaint_names_file_line_and_mend() {
    settle(vec![Source::new("a.rs", "").complain(3, "too blunt")]);
}
