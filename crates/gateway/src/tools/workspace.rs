//! The one folder that an agent's tools reach. Neither `..` nor an absolute
//! path nor a symbolic link leads out of it.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::ToolError;

/// An agent's folder. Every path is checked anew at each use, because the
/// folder's content changes under us.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The folder itself, all links resolved.
    pub fn root(&self) -> Result<PathBuf, ToolError> {
        let root = self.root.canonicalize().ok().filter(|root| root.is_dir());
        root.ok_or_else(|| {
            ToolError(format!(
                "The workspace {} does not exist. Make this folder, or change the agent's `workspace` in the settings.",
                self.root.display()
            ))
        })
    }

    /// Something that exists, all links resolved; never outside.
    pub fn existing(&self, path: &str) -> Result<PathBuf, ToolError> {
        let root = self.root()?;
        let inside = relative(&root, &self.root, path)?;
        match root.join(&inside).canonicalize() {
            Ok(found) if found.starts_with(&root) => Ok(found),
            Ok(_) => Err(outside(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(ToolError(format!("{path} does not exist in the workspace.")))
            }
            Err(error) => Err(ToolError(format!("{path} cannot be opened: {error}."))),
        }
    }

    /// Refuses a path that [`Workspace::place_for`] would refuse, and makes
    /// nothing.
    pub fn may_write(&self, path: &str) -> Result<(), ToolError> {
        let root = self.root()?;
        let inside = relative(&root, &self.root, path)?;
        name_of(&inside, path)?;
        let mut folder = root.clone();
        for part in inside.parent().into_iter().flat_map(Path::components) {
            let next = folder.join(part);
            folder = match next.canonicalize() {
                Ok(found) if found.starts_with(&root) => found,
                Ok(_) => return Err(outside(path)),
                Err(_) if next.is_symlink() => return Err(outside(path)),
                Err(_) => return Ok(()),
            };
        }
        Ok(())
    }

    /// A place to write a file: its folder with all links resolved (made if it
    /// is missing), and its name. Replace the name by renaming, so that a link
    /// of that name is replaced and not followed.
    pub fn place_for(&self, path: &str) -> Result<(PathBuf, String), ToolError> {
        self.may_write(path)?;
        let root = self.root()?;
        let inside = relative(&root, &self.root, path)?;
        let name = name_of(&inside, path)?;
        let mut folder = root.clone();
        for part in inside.parent().into_iter().flat_map(Path::components) {
            let next = folder.join(part);
            if !next.is_dir() {
                std::fs::create_dir(&next).map_err(|error| ToolError(format!("{path} cannot be made: {error}.")))?;
            }
            folder = next.canonicalize().ok().filter(|found| found.starts_with(&root)).ok_or_else(|| outside(path))?;
        }
        if folder.join(&name).is_dir() {
            return Err(ToolError(format!("{path} is a folder.")));
        }
        Ok((folder, name))
    }

    /// How a found path is told: relative to the workspace.
    pub fn shown(root: &Path, found: &Path) -> String {
        found.strip_prefix(root).unwrap_or(found).display().to_string()
    }
}

/// The path below the workspace, or a refusal. Only plain names are left.
fn relative(root: &Path, told: &Path, path: &str) -> Result<PathBuf, ToolError> {
    if path.contains('\0') {
        return Err(ToolError::new("The path has a character that no path has."));
    }
    let path_given = Path::new(path);
    let below = match path_given.is_absolute() {
        true => path_given.strip_prefix(root).or_else(|_| path_given.strip_prefix(told)).map_err(|_| outside(path))?,
        false => path_given,
    };
    let mut inside = PathBuf::new();
    for part in below.components() {
        match part {
            Component::Normal(name) => inside.push(name),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return Err(outside(path)),
        }
    }
    Ok(inside)
}

fn name_of(inside: &Path, path: &str) -> Result<String, ToolError> {
    let name = inside.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    name.ok_or_else(|| ToolError(format!("{path:?} is not the name of a file.")))
}

fn outside(path: &str) -> ToolError {
    ToolError(format!("{path} is outside of the workspace. Only files in the workspace can be used."))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn house() -> (tempfile::TempDir, Workspace) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("work/sub")).unwrap();
        fs::write(folder.path().join("secret.txt"), "secret").unwrap();
        fs::write(folder.path().join("work/a.txt"), "a").unwrap();
        let workspace = Workspace::new(&folder.path().join("work"));
        (folder, workspace)
    }

    #[test]
    fn what_is_inside_is_found_by_both_kinds_of_path() {
        let (folder, workspace) = house();
        assert!(workspace.existing("a.txt").is_ok());
        assert!(workspace.existing("./sub").is_ok());
        assert!(workspace.existing(folder.path().join("work/a.txt").to_str().unwrap()).is_ok());
    }

    #[test]
    fn no_path_leads_out() {
        let (folder, workspace) = house();
        symlink(folder.path(), folder.path().join("work/up")).unwrap();
        symlink(folder.path().join("secret.txt"), folder.path().join("work/link.txt")).unwrap();
        let absolute = folder.path().join("secret.txt").display().to_string();
        for path in ["../secret.txt", "sub/../../secret.txt", "up/secret.txt", "link.txt", &absolute, "/etc/passwd"] {
            let refused = workspace.existing(path).unwrap_err();
            assert!(refused.0.contains("outside of the workspace"), "{path}: {refused}");
        }
        for path in ["../new.txt", "up/new.txt", "/tmp/new.txt"] {
            assert!(workspace.may_write(path).is_err(), "{path}");
            let refused = workspace.place_for(path).unwrap_err();
            assert!(refused.0.contains("outside of the workspace"), "{path}: {refused}");
        }
    }

    #[test]
    fn a_dangling_link_cannot_be_used_to_make_a_folder_outside() {
        let (folder, workspace) = house();
        symlink(folder.path().join("not-there"), folder.path().join("work/hole")).unwrap();
        assert!(workspace.place_for("hole/new.txt").is_err());
        assert!(!folder.path().join("not-there").exists());
    }

    #[test]
    fn a_missing_workspace_says_what_to_do() {
        let missing = Workspace::new(Path::new("/no/such/folder"));
        assert!(missing.existing("a").unwrap_err().0.contains("Make this folder"));
    }
}
