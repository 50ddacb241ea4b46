//! Keys from standard input: one for the node that is meant, or lines `NAME KEY`.

use std::collections::HashMap;
use std::io::Read;

use anyhow::{Context, bail};
use secrecy::SecretString;

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
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("The key could not be read from standard input")?;
    parse(&text)
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
    /// The key for a node: by its name, else the one without a name.
    pub fn of(&self, node: &str) -> Option<SecretString> {
        self.named.get(&node.to_lowercase()).or(self.single.as_ref()).cloned()
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
    fn nothing_and_half_a_line_are_told_without_showing_a_key() {
        assert!(parse(" \n").is_err());
        let error = parse("a mk_1\nmk_2").err().unwrap().to_string();
        assert!(error.contains("Line 2") && !error.contains("mk_2"), "{error}");
    }
}
