//! Planted keys and the hunt for them: in bytes, folders, recordings and running processes, in every form that programs
//! are likely to write one in.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use uuid::Uuid;

use crate::running::{descendants, input};

/// How often a running program is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A key that stands nowhere else on earth.
pub struct Planted {
    name: &'static str,
    key: String,
    forms: Vec<(&'static str, Vec<u8>)>,
}

impl Planted {
    /// Makes one; `name` says in a complaint which it was.
    pub fn new(name: &'static str) -> Planted {
        // Signs that are written otherwise in addresses and in base64, so that those forms differ from it.
        Planted::of(name, &format!("{}+/~?{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()))
    }

    /// One that somebody else made.
    pub fn of(name: &'static str, key: &str) -> Planted {
        Planted { name, key: key.to_owned(), forms: forms(key) }
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    /// In which form it stands in the bytes, if it does.
    pub fn is_in(&self, bytes: &[u8]) -> Option<&'static str> {
        let stands = |form: &[u8]| bytes.windows(form.len()).any(|window| window == form);
        self.forms.iter().find(|(_, form)| stands(form)).map(|(name, _)| *name)
    }
}

impl fmt::Debug for Planted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Planted").field(&self.name).finish()
    }
}

/// All keys that were planted, and where one was found.
#[derive(Debug, Default)]
pub struct Hunt {
    keys: Vec<Planted>,
    /// "the node's key stands in … (hex)".
    found: BTreeSet<String>,
    /// How many bytes were looked through.
    pub looked: u64,
}

impl Hunt {
    pub fn plant(&mut self, key: Planted) {
        self.keys.push(key);
    }

    /// Looks through bytes; `place` names them.
    pub fn bytes(&mut self, place: &str, bytes: &[u8]) {
        self.looked += bytes.len() as u64;
        for key in &self.keys {
            if let Some(form) = key.is_in(bytes) {
                self.found.insert(format!("{} stands in {place} ({form})", key.name));
            }
        }
    }

    /// Looks through every file of a folder, and their names.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn folder(&mut self, top: &Path) -> Result<()> {
        let mut folders = vec![top.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
                let path = entry?.path();
                let place = path.display().to_string();
                self.bytes("the name of a file", place.as_bytes());
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path);
                } else if path.is_file() {
                    self.bytes(&place, &fs::read(&path)?);
                }
            }
        }
        Ok(())
    }

    /// Looks at how a process and all below it were called, and at their surroundings.
    pub fn process(&mut self, process: u32) {
        let mut all = vec![process];
        descendants(process, &mut all);
        for process in all {
            for part in ["cmdline", "environ"] {
                // Gone, or not ours: then there is nothing to be read by others either.
                let bytes = fs::read(format!("/proc/{process}/{part}")).unwrap_or_default();
                self.bytes(&format!("/proc/PID/{part}"), &bytes);
            }
        }
    }

    /// Runs a command to its end, this on its standard input, and looks at its process while it runs and at all it says.
    ///
    /// # Errors
    /// When it does not start, or runs longer than `patience`.
    pub async fn run(&mut self, command: &mut Command, given: &str, patience: Duration) -> Result<Output> {
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        let called = words.join(" ");
        let (out, said) = (tempfile::NamedTempFile::new()?, tempfile::NamedTempFile::new()?);
        command.stdin(input(given)?).stdout(Stdio::from(out.reopen()?)).stderr(Stdio::from(said.reopen()?));
        let mut child = command.spawn().with_context(|| format!("{called} did not start"))?;
        let end = tokio::time::Instant::now() + patience;
        let status = loop {
            self.process(child.id());
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if tokio::time::Instant::now() >= end {
                child.kill()?;
                child.wait()?;
                bail!("{called} did not end within {} s", patience.as_secs());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        };
        let output = Output { status, stdout: fs::read(out.path())?, stderr: fs::read(said.path())? };
        self.bytes(&format!("what `{called}` printed"), &output.stdout);
        self.bytes(&format!("what `{called}` said beside it"), &output.stderr);
        Ok(output)
    }

    /// The places where a key was found.
    pub fn found(&self) -> Vec<&str> {
        self.found.iter().map(String::as_str).collect()
    }
}

/// A key as it is and as programs write it.
fn forms(key: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = key.as_bytes();
    let hex =
        |upper: bool| bytes.iter().map(move |byte| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") });
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
    let percent = |byte: &u8| if plain(byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
    let mut forms = vec![
        ("as it is", key.to_owned()),
        ("as JSON", serde_json::Value::from(key).to_string().trim_matches('"').to_owned()),
        ("hex", hex(false).collect()),
        ("hex", hex(true).collect()),
        ("percent-encoded", bytes.iter().map(percent).collect()),
        ("percent-encoded", bytes.iter().map(percent).collect::<String>().to_lowercase()),
        ("as a list of numbers", bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(",")),
        ("as a list of numbers", bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")),
        ("backwards", key.chars().rev().collect()),
    ];
    for shift in 0..3 {
        forms.push(("base64", base64(bytes, shift, b'+', b'/')));
        forms.push(("base64 of addresses", base64(bytes, shift, b'-', b'_')));
    }
    let wide = key.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let forms = forms.into_iter().map(|(name, form)| (name, form.into_bytes()));
    forms.chain([("UTF-16", wide)]).collect()
}

/// The digits of its base64 that do not depend on what stands around it, when `shift` bytes stand before it.
fn base64(bytes: &[u8], shift: usize, plus: u8, slash: u8) -> String {
    let bits = |at: usize| -> usize {
        let byte = |at: usize| usize::from(at.checked_sub(shift).and_then(|at| bytes.get(at)).copied().unwrap_or(0));
        let (from, part) = (at * 6 / 8, at * 6 % 8);
        ((byte(from) << 8 | byte(from + 1)) >> (10 - part)) & 63
    };
    let digit = |value: usize| match value {
        0..=25 => b'A' + value as u8,
        26..=51 => b'a' + (value - 26) as u8,
        52..=61 => b'0' + (value - 52) as u8,
        62 => plus,
        _ => slash,
    };
    let first = (shift * 8).div_ceil(6);
    let end = (shift + bytes.len()) * 8 / 6;
    (first..end).map(|at| char::from(digit(bits(at)))).collect()
}

/// Where a program may leave what it was told when it falls: nothing may lie there.
pub fn dumps(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let is_dump = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name == "core" || name.starts_with("core.") || name.ends_with(".dmp")
    };
    Ok(fs::read_dir(folder)?.flatten().map(|entry| entry.path()).filter(is_dump).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_key_is_found_in_every_form_and_not_where_it_is_not() {
        let key = Planted::of("it", "k+/~?y-0815");
        for (text, form) in [
            ("a k+/~?y-0815 b", "as it is"),
            ("6b2b2f7e3f792d30383135", "hex"),
            ("6B2B2F7E3F792D30383135", "hex"),
            ("?key=k%2B%2F~%3Fy-0815", "percent-encoded"),
            ("?key=k%2b%2f~%3fy-0815", "percent-encoded"),
            // base64 of "k+/~?y-0815", of "u:…" and of "me:…", each with more behind it
            ("aysvfj95LTA4MTUgYW5k", "base64"),
            ("dTprKy9+P3ktMDgxNSBhbmQ=", "base64"),
            ("bWU6aysvfj95LTA4MTUh", "base64"),
            ("dTprKy9-P3ktMDgxNSBhbmQ", "base64 of addresses"),
            ("[107,43,47,126,63,121,45,48,56,49,53]", "as a list of numbers"),
            ("5180-y?~/+k", "backwards"),
        ] {
            assert_eq!(key.is_in(text.as_bytes()), Some(form), "{text}");
        }
        let wide: Vec<u8> = "k+/~?y-0815".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(key.is_in(&wide), Some("UTF-16"));
        assert_eq!(key.is_in(b"k+/~?y-0915 and aysvfj95LTA5MTU"), None);
    }

    #[tokio::test]
    async fn the_hunt_finds_a_key_in_a_file_an_argument_the_surroundings_and_what_is_said() {
        let key = Planted::new("it");
        let (secret, folder) = (key.key().to_owned(), tempfile::tempdir().unwrap());
        let mut hunt = Hunt::default();
        hunt.plant(key);
        let patience = Duration::from_secs(20);
        hunt.run(Command::new("sh").args(["-c", "cat > /dev/null"]), &secret, patience).await.unwrap();
        assert_eq!(hunt.found(), Vec::<&str>::new(), "standard input is nobody's business");
        hunt.run(Command::new("sh").args(["-c", "cat; cat >&2"]), &secret, patience).await.unwrap();
        hunt.run(Command::new("sh").args(["-c", "sleep 0.2", &secret]), "", patience).await.unwrap();
        hunt.run(Command::new("sh").args(["-c", "sleep 0.2; true"]).env("KEY", &secret), "", patience).await.unwrap();
        fs::create_dir(folder.path().join("deep")).unwrap();
        fs::write(folder.path().join("deep/log"), format!("x{secret}")).unwrap();
        hunt.folder(folder.path()).unwrap();
        let found = hunt.found().join("\n");
        for place in ["printed", "/proc/PID/cmdline", "/proc/PID/environ", "deep/log"] {
            assert!(found.contains(place), "{place}: {found}");
        }
    }
}
