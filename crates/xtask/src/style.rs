//! The one style sheet: `ui/style/*.css` by name first (tokens, layers), then what stands beside the parts and views.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use walkdir::WalkDir;

/// All style of the window in the order it applies, each file under its name.
pub fn sheet(ui: &Path) -> Result<String> {
    let mut sheet = String::new();
    for folder in ["style", "src/parts", "src/views"] {
        for file in css_files(&ui.join(folder))? {
            let text = fs::read_to_string(&file).with_context(|| format!("{} is unreadable", file.display()))?;
            sheet.push_str(&format!("/* {} */\n{}\n", file.strip_prefix(ui)?.display(), text.trim_end()));
        }
    }
    Ok(sheet)
}

fn css_files(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let path = entry?.into_path();
        if path.extension().is_some_and(|extension| extension == "css") {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_style_comes_before_that_of_parts_and_views() {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in [
            ("src/views/nodes/nodes.css", ".nodes{}"),
            ("src/parts/card.css", ".card{}"),
            ("style/20-type.css", "body{}"),
            ("style/10-tokens.css", ":root{}"),
            ("src/views/nodes/mod.rs", "no style"),
        ] {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let sheet = sheet(folder.path()).unwrap();
        let order: Vec<usize> =
            [":root{}", "body{}", ".card{}", ".nodes{}"].iter().map(|rule| sheet.find(rule).unwrap()).collect();
        assert!(order.is_sorted(), "{sheet}");
        assert!(!sheet.contains("no style"));
    }
}
