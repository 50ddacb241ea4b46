//! Secrets in a text that are known by what stands around them: `token=…`, `"password": "…"`, `--api-key …`,
//! `Bearer …`, `wss://ada:…@host`, and private keys as they stand in files.

use std::ops::Range;

use super::names;
use super::secret::words;
use crate::dialect::Kind;

/// What opens and closes a value, the longest first.
const QUOTES: [&str; 5] = ["\"\"\"", "'''", "\"", "'", "`"];

/// What stands between a name and its value.
#[derive(Clone, Copy)]
enum Between {
    Blanks,
    Sign,
}

/// All of them.
pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let mut end = 0;
    for name in words(text) {
        // What stands in a value goes with it.
        if name.start >= end
            && let Some(value) = assigned(text, name)
        {
            end = value.end;
            found.push(value);
        }
    }
    found.extend(text.match_indices("://").filter_map(|(at, sign)| password(text, at + sign.len())));
    pem(text, found);
}

/// The value that is said to be a secret by the word before it.
fn assigned(text: &str, name: Range<usize>) -> Option<Range<usize>> {
    let said = text.get(name.clone())?;
    let (between, behind) = behind(text.get(name.end..)?)?;
    let may_give = match between {
        Between::Sign => names::is_secret(said, Kind::Openclaw),
        Between::Blanks if said.starts_with("--") => names::is_secret(said, Kind::Openclaw),
        Between::Blanks => is_scheme(said),
    };
    if !may_give {
        return None;
    }
    let start = text.len() - behind.len();
    let value = match opening(behind) {
        Some((quote, escapes)) => {
            let start = start + escapes + quote.len();
            start..start + closed(text.get(start..)?, quote, escapes)
        }
        None => start..start + open(behind, text.get(..name.start)?.ends_with(['?', '&'])),
    };
    let given = text.get(value.clone())?;
    // "Basic" begins sentences, too; what it gives is long.
    let gives = !said.eq_ignore_ascii_case("basic") || given.len() >= 16;
    // `Authorization: Bearer …`: the key stands behind the scheme.
    (gives && !is_scheme(given) && given.contains(char::is_alphanumeric)).then_some(value)
}

/// How a header says what kind of key follows.
fn is_scheme(word: &str) -> bool {
    word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic")
}

/// What stands behind a name and what is between them, however the name itself is quoted or made bold.
fn behind(rest: &str) -> Option<(Between, &str)> {
    let is_around = |char: char| char.is_whitespace() || matches!(char, '"' | '\'' | '`' | '\\' | '*');
    let sign = rest.trim_start_matches(is_around);
    // `a == b` compares, and `a::b` is a path.
    let compares = sign.starts_with("==") && sign.trim_start_matches('=').starts_with(char::is_whitespace);
    let names_nothing = compares || sign.starts_with("::");
    let value = ["=>", ":=", "=", ":"].iter().find_map(|given| sign.strip_prefix(given)).filter(|_| !names_nothing);
    let (between, value) = match value {
        Some(value) => (Between::Sign, value),
        None if rest.starts_with(char::is_whitespace) => (Between::Blanks, rest),
        None => return None,
    };
    Some((between, value.trim_start_matches(|char: char| char.is_whitespace() || char == '*')))
}

/// The quote that opens a value, and how many backslashes stand before it where the whole stands in quotes of its own.
fn opening(value: &str) -> Option<(&'static str, usize)> {
    let quoted = value.trim_start_matches('\\');
    let quote = QUOTES.iter().find(|quote| quoted.starts_with(**quote))?;
    Some((quote, value.len() - quoted.len()))
}

/// How long a value in quotes is; one that is not closed goes to the end of its line.
fn closed(value: &str, quote: &str, escapes: usize) -> usize {
    let ends = value.match_indices(quote).find_map(|(at, _)| {
        let before = value.get(..at)?;
        let without = before.trim_end_matches('\\');
        (before.len() - without.len() <= escapes).then_some(without.len())
    });
    ends.or_else(|| value.find('\n')).unwrap_or(value.len())
}

/// How long a value without quotes is. It goes on over any sign, since keys and passwords hold all of them; what stands
/// at its end only is the sentence's.
fn open(value: &str, in_query: bool) -> usize {
    let is_over = |char: char| {
        char.is_whitespace() || matches!(char, '"' | '\'' | '`') || (in_query && matches!(char, '&' | '#'))
    };
    let value = value.split(is_over).next().unwrap_or_default();
    value.trim_end_matches([',', ';', '.', ':', ')', ']', '}', '>', '*', '\\']).len()
}

/// The password in an address whose host, with whoever logs in there, begins at `at`.
fn password(text: &str, at: usize) -> Option<Range<usize>> {
    let is_over = |char: char| char.is_whitespace() || matches!(char, '/' | '"' | '\'' | '`');
    let (user, _) = text.get(at..)?.split(is_over).next()?.rsplit_once('@')?;
    let (name, password) = user.split_once(':')?;
    let start = at + name.len() + 1;
    (!password.is_empty()).then_some(start..start + password.len())
}

/// Private keys as they stand in files.
fn pem(text: &str, found: &mut Vec<Range<usize>>) {
    let mut from = 0;
    while let Some(begin) = text.get(from..).and_then(|rest| rest.find("-----BEGIN ")).map(|at| from + at) {
        let head = text.get(begin..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        if !head.contains("PRIVATE KEY") {
            from = begin + 1;
            continue;
        }
        let end = text.get(begin..).and_then(|rest| rest.find("-----END ")).map_or(text.len(), |at| begin + at);
        found.push(begin..end);
        from = end.max(begin + 1);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::secret::Known;

    fn scrubbed(text: &str) -> String {
        Known::default().scrub(text, false).map_or_else(|| text.to_owned(), |(clean, _)| clean)
    }

    #[test]
    fn a_value_reaches_over_every_sign_to_the_end_of_it() {
        for (text, clean) in [
            ("curl -H 'Authorization: Bearer abc.def'", "curl -H 'Authorization: Bearer REDACTED'"),
            ("Authorization: Bearer abc+def/ghi==, then", "Authorization: Bearer REDACTED, then"),
            ("wss://h/ws?token=hunter2&x=1", "wss://h/ws?token=REDACTED&x=1"),
            ("/ws?token=a+b/c=&x=1", "/ws?token=REDACTED&x=1"),
            ("password: hunter2, user: ada", "password: REDACTED, user: ada"),
            ("password: p@ss,w;rd! (ask ada)", "password: REDACTED (ask ada)"),
            ("{token: p@ss}", "{token: REDACTED}"),
            ("pilot --api-key hunter2", "pilot --api-key REDACTED"),
            ("pilot --api-key 'hunter 2' --json", "pilot --api-key 'REDACTED' --json"),
            ("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----", "REDACTED-----END PRIVATE KEY-----"),
        ] {
            assert_eq!(scrubbed(text), clean, "{text}");
        }
    }

    #[test]
    fn a_secret_is_known_by_its_name_in_whatever_language_it_is_assigned() {
        for (text, clean) in [
            ("{\"apiKey\":\"hunter2\"}", "{\"apiKey\":\"REDACTED\"}"),
            ("\"apiKey\" : \"\", \"b\": \"c\"", "\"apiKey\" : \"\", \"b\": \"c\""),
            (
                "{\\\"apiKey\\\": \\\"hunter\\\\\\\"2\\\", \\\"a\\\": 1}",
                "{\\\"apiKey\\\": \\\"REDACTED\\\", \\\"a\\\": 1}",
            ),
            ("api_key = \"a \\\"b\\\" c\"\nuser = \"ada\"", "api_key = \"REDACTED\"\nuser = \"ada\""),
            ("api_key = \"\"\"hunter2\"\"\"", "api_key = \"\"\"REDACTED\"\"\""),
            ("{token: 'hunter2', user: 'ada'}", "{token: 'REDACTED', user: 'ada'}"),
            ("'token' => 'hunter2'", "'token' => 'REDACTED'"),
            ("The **password:** hunter2", "The **password:** REDACTED"),
            ("my password: `hunter2`.", "my password: `REDACTED`."),
            ("token = \"never closed\nuser = ada", "token = \"REDACTED\nuser = ada"),
        ] {
            assert_eq!(scrubbed(text), clean, "{text}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_a_secret() {
        for (text, clean) in [
            ("no way to wss://ada:hunter2@host/ws", "no way to wss://ada:REDACTED@host/ws"),
            ("http://:p@ss:w0rd@proxy:3128", "http://:REDACTED@proxy:3128"),
            ("https://ada@host, https://host:8080/a@b", "https://ada@host, https://host:8080/a@b"),
        ] {
            assert_eq!(scrubbed(text), clean, "{text}");
        }
    }

    #[test]
    fn a_long_text_takes_no_longer_than_it_is_long() {
        let long = "token=".repeat(200_000) + &"00:".repeat(200_000);
        assert_eq!(scrubbed(&long), "token=REDACTED:");
    }

    #[test]
    fn what_only_speaks_of_secrets_stays() {
        for text in [
            "the token was wrong, ask for another password",
            "if token === other || token == that { secret::words(token) }",
            "const credentials = {",
            "Basic needs: food",
        ] {
            assert_eq!(scrubbed(text), text);
        }
    }

    /// The ways a secret of that name is written down.
    fn spellings(name: &str, value: &str) -> Vec<String> {
        let mut spellings = vec![
            format!("{name}={value}"),
            format!("{name}: {value}, and more"),
            format!("{name} = \"{value}\""),
            format!("'{name}': '{value}'"),
            format!("\"{name}\" : \"{value}\""),
            format!("{{\\\"{name}\\\":\\\"{value}\\\"}}"),
            format!("**{name}:** {value}"),
            format!("run --{name} {value}"),
            format!("Authorization: Bearer {value}"),
        ];
        if !value.contains(['&', '#']) {
            spellings.push(format!("https://host/path?{name}={value}&more=1"));
        }
        if !value.contains('/') {
            spellings.push(format!("wss://ada:{value}@host/path"));
        }
        spellings
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_part_of_a_secret_stands_however_it_is_written_down(
            name in "token|password|api_key|OPENAI_API_KEY|client-secret",
            value in "[!#-&(-)+-\\[\\]-_a-~]{5,30}[A-Za-z0-9]",
        ) {
            for text in spellings(&name, &value) {
                let clean = scrubbed(&text);
                let stands = value.as_bytes().windows(5).filter_map(|part| std::str::from_utf8(part).ok());
                // What stands in the text without it, too, tells nothing.
                let rest = spellings(&name, "").concat();
                let stands: Vec<_> = stands.filter(|part| clean.contains(part) && !rest.contains(part)).collect();
                prop_assert!(stands.is_empty(), "{stands:?} of {text} in {clean}");
            }
        }
    }
}
