//! Where the folders are, and who may look into them.

use std::process::Command;

use super::*;

/// Runs one test of this file again, alone, in a process with this environment: variables cannot be set in this one.
fn again(test: &str, environment: &[(&str, &Path)]) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", &format!("home::tests::{test}")]).env_remove(VARIABLE).env(AGAIN, "1");
    let output = command.envs(environment.iter().copied()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// Set in the process that `again` starts.
const AGAIN: &str = "HOME_TEST_AGAIN";

#[test]
fn the_variable_moves_all_folders_under_its_root() {
    if env::var_os(AGAIN).is_none() {
        let root = tempfile::tempdir().unwrap();
        return again("the_variable_moves_all_folders_under_its_root", &[(VARIABLE, root.path())]);
    }
    let root = PathBuf::from(env::var_os(VARIABLE).unwrap());
    let home = Home::find().unwrap();
    assert_eq!(home, Home::at(&root));
    assert_eq!(home.data, root.join("data"));
    home.create().unwrap();
    assert_eq!(fs::read_dir(&root).unwrap().count(), 4);
}

#[test]
fn a_relative_root_is_meant_from_here() {
    if env::var_os(AGAIN).is_none() {
        return again("a_relative_root_is_meant_from_here", &[(VARIABLE, Path::new("./boat"))]);
    }
    assert_eq!(Home::find().unwrap().data, env::current_dir().unwrap().join("boat/data"));
}

#[cfg(target_os = "linux")]
#[test]
fn without_the_variable_the_folders_are_the_users() {
    if env::var_os(AGAIN).is_none() {
        let places = [
            (VARIABLE, Path::new("")),
            ("HOME", Path::new("/home/anne")),
            ("XDG_DATA_HOME", Path::new("/elsewhere")),
            ("XDG_CONFIG_HOME", Path::new("")),
            ("XDG_STATE_HOME", Path::new("")),
            ("XDG_CACHE_HOME", Path::new("")),
        ];
        return again("without_the_variable_the_folders_are_the_users", &places);
    }
    let home = Home::find().unwrap();
    assert_eq!(home.data, Path::new("/elsewhere/pilothouse"));
    assert_eq!(home.config, Path::new("/home/anne/.config/pilothouse"));
    assert_eq!(home.state, Path::new("/home/anne/.local/state/pilothouse"));
    assert_eq!(home.cache, Path::new("/home/anne/.cache/pilothouse"));
}

#[cfg(unix)]
#[test]
fn folders_are_closed_to_others_also_when_they_were_open() {
    use std::os::unix::fs::PermissionsExt;

    let root = tempfile::tempdir().unwrap();
    let home = Home::at(&root.path().join("deep/below"));
    fs::create_dir_all(&home.config).unwrap();
    fs::set_permissions(&home.config, fs::Permissions::from_mode(0o755)).unwrap();
    home.create().unwrap();
    home.create().unwrap();
    for path in [&home.data, &home.config, &home.state, &home.cache] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o700, "{}", path.display());
    }
}

#[test]
fn a_file_in_the_way_is_named() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("state"), "").unwrap();
    let error = Home::at(root.path()).create().unwrap_err();
    assert!(error.to_string().contains(&root.path().join("state").display().to_string()), "{error}");
}
