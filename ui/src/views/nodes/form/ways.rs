//! What is typed about the ways to a node besides its address: further routes in their order, and the files that
//! encryption needs. Pure.

use contract::node::{ClientFiles, Reach};

/// One further route. Its number stays its own when it moves, so that its field stays the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub number: u32,
    pub text: String,
}

/// Which way a route moves in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Towards {
    Earlier,
    Later,
}

/// The further routes as they are typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routes {
    rows: Vec<Row>,
    next: u32,
}

impl Routes {
    pub fn of(kept: &[String]) -> Self {
        let mut routes = Self::default();
        for text in kept {
            routes.push(text);
        }
        routes
    }

    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// A row at the end; its number.
    pub fn push(&mut self, text: &str) -> u32 {
        let number = self.next;
        self.next += 1;
        self.rows.push(Row { number, text: text.to_owned() });
        number
    }

    pub fn write(&mut self, number: u32, text: String) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.number == number) {
            row.text = text;
        }
    }

    /// Takes a row away; the number of the row that stands in its place then, or before it.
    pub fn remove(&mut self, number: u32) -> Option<u32> {
        let at = self.place(number)?;
        self.rows.remove(at);
        self.rows.get(at).or_else(|| self.rows.last()).map(|row| row.number)
    }

    /// Moves a row by one, where it has somewhere to go.
    pub fn shift(&mut self, number: u32, towards: Towards) {
        let Some(at) = self.place(number) else { return };
        let to = match towards {
            Towards::Earlier => at.checked_sub(1),
            Towards::Later => Some(at + 1).filter(|to| *to < self.rows.len()),
        };
        if let Some(to) = to {
            self.rows.swap(at, to);
        }
    }

    /// Its place, from 0.
    pub fn place(&self, number: u32) -> Option<usize> {
        self.rows.iter().position(|row| row.number == number)
    }
}

/// What was typed about files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Files<'a> {
    pub ca: &'a str,
    pub certificate: &'a str,
    pub key: &'a str,
}

/// As the core takes it. Rows without words stay among them, so that a refusal finds its row; the core leaves them out.
pub fn reach(routes: &Routes, files: Files<'_>) -> Reach {
    let told = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let client = match (told(files.certificate), told(files.key)) {
        (None, None) => None,
        (certificate, key) => {
            Some(ClientFiles { certificate: certificate.unwrap_or_default(), key: key.unwrap_or_default() })
        }
    };
    Reach {
        routes: routes.rows.iter().map(|row| row.text.trim().to_owned()).collect(),
        ca_file: told(files.ca),
        client,
    }
}

/// What is set, in a few words, for when it is folded away.
pub fn summary(reach: &Reach) -> String {
    let routes = match reach.routes.iter().filter(|route| !route.is_empty()).count() {
        0 => None,
        1 => Some("1 further address".to_owned()),
        n => Some(format!("{n} further addresses")),
    };
    let ca = reach.ca_file.as_ref().map(|_| "own authority".to_owned());
    let client = reach.client.as_ref().map(|_| "client certificate".to_owned());
    let said: Vec<String> = [routes, ca, client].into_iter().flatten().collect();
    if said.is_empty() { "the address alone".to_owned() } else { said.join(" · ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_FILES: Files<'_> = Files { ca: "", certificate: "", key: " " };

    fn words(routes: &Routes) -> Vec<&str> {
        routes.rows().iter().map(|row| row.text.as_str()).collect()
    }

    #[test]
    fn a_route_moves_by_one_and_stops_at_the_ends() {
        let mut routes = Routes::of(&["a".into(), "b".into(), "c".into()]);
        routes.shift(0, Towards::Earlier);
        routes.shift(2, Towards::Later);
        assert_eq!(words(&routes), ["a", "b", "c"]);
        routes.shift(2, Towards::Earlier);
        assert_eq!(words(&routes), ["a", "c", "b"]);
        routes.shift(0, Towards::Later);
        assert_eq!(words(&routes), ["c", "a", "b"]);
    }

    #[test]
    fn what_is_typed_stays_with_its_row_and_a_new_row_never_gets_an_old_number() {
        let mut routes = Routes::of(&["a".into(), "b".into()]);
        routes.shift(1, Towards::Earlier);
        routes.write(1, "bb".into());
        assert_eq!(words(&routes), ["bb", "a"]);
        assert_eq!(routes.remove(1), Some(0));
        assert_eq!(routes.push("c"), 2);
        assert_eq!((routes.remove(2), routes.remove(0)), (Some(0), None));
    }

    #[test]
    fn what_is_typed_is_told_in_its_order_and_nothing_is_nothing() {
        let routes = Routes::of(&[" ssh://home ".into(), String::new()]);
        let told = reach(&routes, NO_FILES);
        assert_eq!(told.routes, ["ssh://home", ""]);
        assert_eq!((told.ca_file, told.client), (None, None));
        let half = reach(&routes, Files { key: "/key", ..NO_FILES });
        assert_eq!(half.client.map(|client| client.certificate), Some(String::new()), "refused at its field");
    }

    #[test]
    fn the_folded_part_says_what_is_in_it() {
        assert_eq!(summary(&Reach::default()), "the address alone");
        let all = reach(&Routes::of(&["a".into(), "b".into()]), Files { ca: "/ca", certificate: "/c", key: "" });
        assert_eq!(summary(&all), "2 further addresses · own authority · client certificate");
    }
}
