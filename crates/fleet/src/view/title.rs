//! What a session is called where a person reads it.

use contract::straight;
use link::event::Session;

use super::cut::first_line;

/// How long a title made of a session's words is, characters.
const LENGTH: usize = 60;
/// How long a key's part is that only a machine made: a UUID as text.
const UUID: usize = 36;

/// What a list calls it, whatever is known.
pub fn title(about: &Session) -> String {
    called(about).unwrap_or_else(|| "New session".to_owned())
}

/// Its title; else its key; else, when that says nothing to a person, what it is about, once it is about anything.
pub fn called(about: &Session) -> Option<String> {
    let own = about.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
    match own {
        Some(title) => Some(straight(title).into_owned()),
        None if made_up(&about.key) => topic(about),
        None => Some(about.key.clone()),
    }
}

/// The first line of what was said in it.
fn topic(about: &Session) -> Option<String> {
    Some(first_line(&straight(about.preview.as_deref()?), LENGTH)).filter(|line| !line.is_empty())
}

/// Whether the last part of the key is a UUID.
fn made_up(key: &str) -> bool {
    let last = key.rsplit(':').next().unwrap_or(key);
    last.len() == UUID && last.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titled(key: &str, own: Option<&str>, preview: Option<&str>) -> String {
        let key = key.to_owned();
        title(&Session {
            key,
            title: own.map(str::to_owned),
            preview: preview.map(str::to_owned),
            ..Session::default()
        })
    }

    const MADE_UP: &str = "session:e8b117df-7648-4903-a679-0c091cb05150";

    #[test]
    fn a_session_is_called_by_its_title_its_key_or_what_it_is_about() {
        assert_eq!(titled(MADE_UP, Some("Rivers"), Some("name three")), "Rivers");
        assert_eq!(titled("agent:main:main", None, Some("name three")), "agent:main:main");
        assert_eq!(titled(MADE_UP, Some(" "), Some("\n name three rivers\nplease")), "name three rivers");
        assert_eq!(titled(MADE_UP, None, None), "New session");
        assert_eq!(titled(MADE_UP, Some("open \u{202e}fdp.exe"), None), "open ‹U+202E›fdp.exe");
    }

    #[test]
    fn a_long_topic_is_cut_between_characters() {
        let title = titled(MADE_UP, None, Some(&"ä".repeat(200)));
        assert_eq!(title.chars().count(), LENGTH);
    }
}
