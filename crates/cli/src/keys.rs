//! Keys from standard input: one for the node that is meant, or lines `NAME KEY`.

use std::collections::HashMap;

use anyhow::bail;
use secrecy::SecretString;

use crate::input;
use crate::run::Misused;

/// What was given.
#[derive(Default)]
pub struct Given {
    /// A key without a name: for the one node that is meant.
    single: Option<SecretString>,
    named: HashMap<String, SecretString>,
}

/// Reads standard input when it was asked for.
pub fn read(key: crate::args::Key) -> anyhow::Result<Given> {
    if !key.stdin {
        return Ok(Given::default());
    }
    parse(&input::all("key")?)
}

fn parse(text: &str) -> anyhow::Result<Given> {
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut given = Given::default();
    match lines.as_slice() {
        [] => bail!("Standard input holds no key. Pipe it in: pilot … --key-stdin < key.txt"),
        [one] if !one.contains(char::is_whitespace) => given.single = Some(SecretString::from(*one)),
        lines => {
            for (number, line) in lines.iter().enumerate() {
                let Some((name, key)) = line.split_once(char::is_whitespace) else {
                    bail!("Line {} of the keys is not of the form NAME KEY", number + 1);
                };
                given.named.insert(name.to_lowercase(), SecretString::from(key.trim()));
            }
        }
    }
    Ok(given)
}

impl Given {
    /// The key for the one node that is meant: by its name, else the one without a name.
    pub fn of(&self, node: &str) -> Option<SecretString> {
        self.named(node).or(self.single.clone())
    }

    /// The key for one of several nodes: by its name alone, since a key is shown to no other gateway than its own.
    pub fn named(&self, node: &str) -> Option<SecretString> {
        self.named.get(&node.to_lowercase()).cloned()
    }

    /// Refuses a key without a name where several nodes are meant.
    pub fn for_several(&self) -> Result<(), Misused> {
        match self.single {
            None => Ok(()),
            Some(_) => Err(Misused(
                "A key without a name serves one node; name the node, or give lines of the form NAME KEY".to_owned(),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn of(text: &str, node: &str) -> Option<String> {
        parse(text).unwrap().of(node).map(|key| key.expose_secret().to_owned())
    }

    #[test]
    fn one_key_serves_the_node_that_is_meant() {
        assert_eq!(of("mk_1\n", "homelab").as_deref(), Some("mk_1"));
    }

    #[test]
    fn lines_with_names_serve_their_nodes_alone() {
        assert_eq!(of("homelab mk_1\nprod  mk_2\r\n", "Prod").as_deref(), Some("mk_2"));
        assert_eq!(of("homelab mk_1\nprod mk_2", "other"), None);
    }

    #[test]
    fn a_key_without_a_name_is_shown_to_no_second_node() {
        let one = parse("mk_1").unwrap();
        assert!(one.named("homelab").is_none() && one.for_several().is_err());
        let two = parse("homelab mk_1\nprod mk_2").unwrap();
        assert!(two.named("prod").is_some() && two.for_several().is_ok());
    }

    #[test]
    fn nothing_and_half_a_line_are_told_without_showing_a_key() {
        assert!(parse(" \n").is_err());
        let error = parse("a mk_1\nmk_2").err().unwrap().to_string();
        assert!(error.contains("Line 2") && !error.contains("mk_2"), "{error}");
    }
}
