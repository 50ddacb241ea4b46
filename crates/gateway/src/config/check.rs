//! Reads the settings file and says precisely what is wrong with it.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::DeTable;

use super::presets;
use super::schema::File;
use crate::tools;

/// Why the settings were not taken. The file before stays in force.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{} cannot be read. Check that the file exists and that you may read it.", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// The file is not TOML, or a value has the wrong form.
    #[error("{place}: {message}.")]
    Form { place: Place, message: String },
    #[error(transparent)]
    Unknown(Box<Unknown>),
    /// Values that do not go together.
    #[error("{place}: {message}")]
    Senseless { place: Place, message: String },
}

impl ConfigError {
    /// Where in the file it is, if it was read at all.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Unreadable { .. } => None,
            Self::Form { place, .. } | Self::Senseless { place, .. } => Some(place),
            Self::Unknown(unknown) => Some(&unknown.place),
        }
    }
}

/// A key or a value that is not known, most often a typo.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {}", self.sentence())]
pub struct Unknown {
    pub place: Place,
    /// "key", "preset", ...
    pub what: &'static str,
    pub found: String,
    pub nearest: Option<String>,
    pub known: Vec<String>,
}

impl Unknown {
    fn sentence(&self) -> String {
        let (what, found) = (self.what, &self.found);
        if what == "key" && ["key", "api_key", "apikey", "token"].contains(&found.as_str()) {
            return "keys do not stand in this file. Put the key into the keyring (pilot key set NAME) and its name \
                    into key_name, or name an environment variable with key_env."
                .to_owned();
        }
        match &self.nearest {
            Some(near) => format!("the {what} {found:?} is not known here. Did you mean {near:?}?"),
            None => format!("the {what} {found:?} is not known here. Known are: {}.", self.known.join(", ")),
        }
    }
}

/// A place in a file; line and column count from 1, the column in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub path: PathBuf,
    pub line: usize,
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}, column {}", self.path.display(), self.line, self.column)
    }
}

/// Reads and checks `text`; built-in presets are filled in.
pub(super) fn read(path: &Path, text: &str) -> Result<File, ConfigError> {
    let source = Source { path, text };
    source.check_tables()?;
    let mut file: File = toml::from_str(text).map_err(|error| source.refusal(&error))?;
    presets::fill(&mut file.agents.presets);
    source.check_presets(&file)?;
    source.check_tools(&file)?;
    source.check_ids(&file)?;
    source.check_providers(&file)?;
    Ok(file)
}

/// What an empty file says.
pub(super) fn defaults() -> File {
    let mut file = File::default();
    presets::fill(&mut file.agents.presets);
    file
}

/// The candidate that looks most like `found`, if any looks alike at all.
pub(crate) fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(found, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 3)
        .min()
        .map(|(_, name)| name.to_owned())
}

/// The keys of the file that are tables.
const TABLES: [&str; 5] = ["agents", "gateway", "models", "providers", "limits"];

struct Source<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Source<'_> {
    fn place(&self, span: Option<Range<usize>>) -> Place {
        let start = span.map_or(0, |span| span.start).min(self.text.len());
        let before = self.text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Place {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    fn refusal(&self, error: &toml::de::Error) -> ConfigError {
        let place = self.place(error.span());
        let message = error.message();
        match unknown_name(message) {
            Some((what, found, known)) => {
                let nearest = nearest(&found, known.iter().map(String::as_str));
                ConfigError::Unknown(Box::new(Unknown { place, what, found, nearest, known }))
            }
            None => ConfigError::Form { place, message: message.trim_end().replace('\n', ", ") },
        }
    }

    /// A table that is written as a list would be read as one all the same, key by key in their order.
    fn check_tables(&self) -> Result<(), ConfigError> {
        // What is no TOML at all is told by the reading.
        let Ok(whole) = DeTable::parse(self.text) else {
            return Ok(());
        };
        let list = |name: &str| whole.get_ref().get_key_value(name).filter(|(_, value)| value.get_ref().is_array());
        let Some((name, _)) = TABLES.into_iter().find_map(list) else {
            return Ok(());
        };
        let message = match name.get_ref().as_ref() {
            "agents" => "[[agents]] is not known here. Write an agent as [[gateway.agents]] with its id, and a preset \
                         as [agents.presets.NAME]."
                .to_owned(),
            "providers" => "[[providers]] is not known here. Write a provider as [providers.NAME].".to_owned(),
            name => format!("[[{name}]] is not known here. There is one {name}; write it as [{name}]."),
        };
        Err(ConfigError::Senseless { place: self.place(Some(name.span())), message })
    }

    fn check_presets(&self, file: &File) -> Result<(), ConfigError> {
        let named = file.gateway.agents.iter().filter_map(|agent| agent.preset.as_ref());
        let known: Vec<&str> = file.agents.presets.keys().map(String::as_str).collect();
        for name in file.agents.default.iter().chain(named) {
            self.check_name("preset", name, &known)?;
        }
        Ok(())
    }

    /// A typo in what is allowed would take a tool away in silence, and one in what is denied would leave it.
    fn check_tools(&self, file: &File) -> Result<(), ConfigError> {
        let known: Vec<&str> = tools::names().collect();
        let written = file.agents.presets.values().filter(|preset| !preset.built_in);
        for name in written.flat_map(|preset| preset.tools.allow.iter().chain(&preset.tools.deny)) {
            self.check_name("tool", name, &known)?;
        }
        Ok(())
    }

    fn check_name(&self, what: &'static str, name: &Spanned<String>, known: &[&str]) -> Result<(), ConfigError> {
        if known.contains(&name.get_ref().as_str()) {
            return Ok(());
        }
        Err(ConfigError::Unknown(Box::new(Unknown {
            place: self.place(Some(name.span())),
            what,
            found: name.get_ref().clone(),
            nearest: nearest(name.get_ref(), known.iter().copied()),
            known: known.iter().map(|&name| name.to_owned()).collect(),
        })))
    }

    fn check_ids(&self, file: &File) -> Result<(), ConfigError> {
        let mut seen = BTreeSet::new();
        for agent in &file.gateway.agents {
            let id = agent.id.get_ref();
            let refuse =
                |message: String| Err(ConfigError::Senseless { place: self.place(Some(agent.id.span())), message });
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if id.is_empty() || id.len() > 64 || !id.chars().all(plain) {
                return refuse(format!("the agent id {id:?} must have 1 to 64 letters, digits, '-' or '_'."));
            }
            if !seen.insert(id) {
                return refuse(format!("two agents have the id {id:?}. Give one of them another."));
            }
        }
        Ok(())
    }

    fn check_providers(&self, file: &File) -> Result<(), ConfigError> {
        for (name, provider) in &file.providers {
            if let Some(key) = &provider.key_name
                && looks_like_a_key(key.get_ref())
            {
                return Err(ConfigError::Senseless {
                    place: self.place(Some(key.span())),
                    message: format!(
                        "this looks like the key itself. Keys do not belong in this file: put it into the keyring \
                         (pilot key set NAME), and its name there here; or name an environment variable with \
                         key_env. (Provider {name:?})"
                    ),
                });
            }
            if let Some(address) = &provider.base_url
                && !url::Url::parse(address.get_ref()).is_ok_and(|url| url.scheme().starts_with("http"))
            {
                return Err(ConfigError::Senseless {
                    place: self.place(Some(address.span())),
                    message: format!("base_url of {name:?} must begin with http:// or https://."),
                });
            }
        }
        Ok(())
    }
}

/// What the parser says of an unknown name, taken apart again: it is the only
/// form in which it tells what it would have accepted.
fn unknown_name(message: &str) -> Option<(&'static str, String, Vec<String>)> {
    let (what, rest) = match message.strip_prefix("unknown field `") {
        Some(rest) => ("key", rest),
        None => ("value", message.strip_prefix("unknown variant `")?),
    };
    let (found, rest) = rest.split_once('`')?;
    let known = rest.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    Some((what, found.to_owned(), known))
}

fn looks_like_a_key(name: &str) -> bool {
    let prefixed = ["sk-", "sk_", "pk-", "Bearer "].iter().any(|prefix| name.starts_with(prefix));
    prefixed || (name.len() >= 32 && !name.contains([' ', '/', ':']))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (usize, usize, String) {
        let error = read(Path::new("gateway.toml"), text).unwrap_err();
        let place = error.place().unwrap();
        (place.line, place.column, error.to_string())
    }

    #[test]
    fn a_typo_in_a_key_is_placed_and_the_nearest_key_named() {
        let text = "[agents]\ndefault = \"assistant\"\n\n[agents.presets.x]\n  modle = \"a/b\"\n";
        let (line, column, message) = refused(text);
        assert_eq!((line, column), (5, 3), "{message}");
        assert!(message.ends_with("the key \"modle\" is not known here. Did you mean \"model\"?"), "{message}");
    }

    #[test]
    fn a_typo_in_a_table_is_placed() {
        let (line, column, message) = refused("name = \"x\"\n[agentss]\n");
        assert_eq!((line, column), (2, 2), "{message}");
        assert!(message.contains("Did you mean \"agents\"?"), "{message}");
    }

    #[test]
    fn a_typo_in_a_list_of_tables_is_placed() {
        let (line, column, message) = refused("[[gateway.agents]]\nid = \"a\"\nworkspce = \"/tmp\"\n");
        assert_eq!((line, column), (3, 1), "{message}");
        assert!(message.contains("Did you mean \"workspace\"?"), "{message}");
    }

    #[test]
    fn a_preset_that_does_not_exist_is_placed() {
        let (line, column, message) = refused("[[gateway.agents]]\nid = \"a\"\npreset = \"codr\"\n");
        assert_eq!((line, column), (3, 10), "{message}");
        assert!(message.contains("the preset \"codr\" is not known here. Did you mean \"coder\"?"), "{message}");
    }

    #[test]
    fn a_tool_that_does_not_exist_is_placed_whether_allowed_or_denied() {
        let (line, column, message) = refused("[agents.presets.x]\ntools.allow = [\"glob\", \"exce\"]\n");
        assert_eq!((line, column), (2, 24), "{message}");
        assert!(message.contains("the tool \"exce\" is not known here. Did you mean \"exec\"?"), "{message}");
        let (_, _, message) = refused("[agents.presets.x.tools]\ndeny = [\"web_search\"]\n");
        assert!(message.contains("Known are: ") && message.contains("write_file"), "{message}");
    }

    #[test]
    fn the_presets_that_come_with_the_program_name_tools_that_exist() {
        let known: Vec<&str> = tools::names().collect();
        for preset in defaults().agents.presets.values() {
            let named = preset.tools.allow.iter().chain(&preset.tools.deny);
            named.for_each(|name| assert!(known.contains(&name.get_ref().as_str()), "{name:?}"));
        }
    }

    #[test]
    fn a_value_of_the_wrong_kind_names_the_nearest() {
        let (line, _, message) = refused("[providers.x]\nkind = \"anthropc\"\n");
        assert_eq!(line, 2);
        assert!(message.contains("Did you mean \"anthropic\"?"), "{message}");
    }

    #[test]
    fn a_value_of_the_wrong_type_and_broken_toml_are_placed() {
        let (line, column, _) = refused("name = \"x\"\n[limits]\nqueue = \"many\"\n");
        assert_eq!((line, column), (3, 9));
        let (line, _, message) = refused("name = \"x\"\n[limits\n");
        assert_eq!(line, 2, "{message}");
    }

    #[test]
    fn a_table_written_as_a_list_is_placed_and_its_right_form_told() {
        let (line, column, message) = refused("name = \"x\"\n[[agents]]\nid = \"a\"\n");
        assert_eq!((line, column), (2, 3), "{message}");
        assert!(message.contains("Write an agent as [[gateway.agents]] with its id"), "{message}");
        let (_, _, message) = refused("[[providers]]\nkind = \"ollama\"\n");
        assert!(message.ends_with("Write a provider as [providers.NAME]."), "{message}");
        let (line, _, message) = refused("limits = [1, 2, 3, 4]\n");
        assert_eq!(line, 1);
        assert!(message.ends_with("write it as [limits]."), "{message}");
    }

    #[test]
    fn a_name_like_nothing_gets_the_list_of_what_is_known() {
        let (_, _, message) = refused("[models]\nzzzzzzzz = 1\n");
        assert!(message.ends_with("Known are: default, discover."), "{message}");
    }

    #[test]
    fn two_agents_with_one_id_and_an_id_that_is_a_path_are_refused() {
        let (line, _, message) = refused("[[gateway.agents]]\nid = \"a\"\n[[gateway.agents]]\nid = \"a\"\n");
        assert_eq!(line, 4, "{message}");
        let (_, _, message) = refused("[[gateway.agents]]\nid = \"../a\"\n");
        assert!(message.contains("letters, digits"), "{message}");
    }

    #[test]
    fn a_key_in_the_file_is_refused_and_not_repeated() {
        let secret = "sk-1234567890abcdef";
        let as_name = format!("[providers.o]\nkind = \"openai\"\nkey_name = \"{secret}\"\n");
        let (line, _, message) = refused(&as_name);
        assert_eq!(line, 3);
        assert!(message.contains("keyring") && !message.contains(secret), "{message}");
        let as_key = format!("[providers.o]\nkind = \"openai\"\napi_key = \"{secret}\"\n");
        let (line, _, message) = refused(&as_key);
        assert_eq!(line, 3);
        assert!(message.contains("key_env") && !message.contains(secret), "{message}");
    }

    #[test]
    fn the_example_is_valid_and_says_the_defaults() {
        let file = read(Path::new("gateway.toml"), super::super::EXAMPLE).unwrap();
        assert!(file.agents.presets.contains_key("coder"));
        assert!(file.models.discover && file.providers.is_empty());
    }

    #[test]
    fn everything_in_the_example_is_valid_when_its_comments_are_taken_away() {
        let told: String = super::super::EXAMPLE
            .lines()
            .map(|line| line.strip_prefix("#: ").or(line.strip_prefix("#:")).unwrap_or(line))
            .fold(String::new(), |all, line| all + line + "\n");
        let file = read(Path::new("gateway.toml"), &told).unwrap();
        assert_eq!(file.gateway.agents.len(), 3);
        assert!(file.providers.len() >= 3);
    }
}
