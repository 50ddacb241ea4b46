//! Functions at most 60 lines and files at most 400; of the program's, tests left out, nine in ten at most 25 and 250.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::rust::{parsed, programs, without_tests};
use super::tree::{Complaint, Source};

/// The most lines one may have, and the most that nine in ten have.
struct Limit {
    most: usize,
    usual: usize,
}

const FUNCTION: Limit = Limit { most: 60, usual: 25 };
const FILE: Limit = Limit { most: 400, usual: 250 };

/// Something with a length in lines, and where it starts.
struct Piece<'a> {
    source: &'a Source,
    line: usize,
    name: String,
    lines: usize,
}

pub fn check(sources: &[Source]) -> Vec<Complaint> {
    let mut complaints = of_functions(sources);
    complaints.extend(of_files(sources));
    complaints
}

fn of_functions(sources: &[Source]) -> Vec<Complaint> {
    let mend = "split it where it starts something new";
    let all: Vec<Piece<'_>> = sources.iter().flat_map(|source| functions(source, &parsed(source))).collect();
    let usual: Vec<Piece<'_>> =
        programs(sources).into_iter().flat_map(|source| functions(source, &without_tests(source))).collect();
    let mut complaints = over(&all, &FUNCTION, mend);
    complaints.extend(unusual(&usual, &FUNCTION, mend));
    complaints
}

fn of_files(sources: &[Source]) -> Vec<Complaint> {
    let mend = "give a part of it a file of its own";
    let all: Vec<Piece<'_>> = sources.iter().map(file).collect();
    let usual: Vec<Piece<'_>> = programs(sources).into_iter().map(file).collect();
    let mut complaints = over(&all, &FILE, mend);
    complaints.extend(unusual(&usual, &FILE, mend));
    complaints
}

fn over(pieces: &[Piece<'_>], limit: &Limit, mend: &str) -> Vec<Complaint> {
    let too_long = pieces.iter().filter(|piece| piece.lines > limit.most);
    too_long
        .map(|piece| {
            let what = format!("{} has {} lines, {} at most: {mend}", piece.name, piece.lines, limit.most);
            piece.source.complain(piece.line, what)
        })
        .collect()
}

/// Nine in ten are short; when not, the longest ones are named as the ones to split.
fn unusual(pieces: &[Piece<'_>], limit: &Limit, mend: &str) -> Vec<Complaint> {
    let mut by_length: Vec<&Piece<'_>> = pieces.iter().collect();
    by_length.sort_by_key(|piece| piece.lines);
    let tenth = by_length.len() / 10;
    let Some(ninth) = by_length.len().checked_sub(tenth + 1).and_then(|at| by_length.get(at)) else {
        return vec![];
    };
    if ninth.lines <= limit.usual {
        return vec![];
    }
    let longer = by_length.iter().filter(|piece| piece.lines > limit.usual).count() - tenth;
    by_length
        .iter()
        .rev()
        .filter(|piece| piece.lines <= limit.most)
        .take(longer.min(12))
        .map(|piece| {
            let what = format!(
                "{} has {} lines; nine in ten may have {} and {longer} too many have more: {mend}",
                piece.name, piece.lines, limit.usual
            );
            piece.source.complain(piece.line, what)
        })
        .collect()
}

fn file(source: &Source) -> Piece<'_> {
    Piece { source, line: 1, name: "the file".into(), lines: source.text.lines().count() }
}

fn functions<'a>(source: &'a Source, file: &syn::File) -> Vec<Piece<'a>> {
    let mut found = Functions(Vec::new());
    found.visit_file(file);
    let piece = |(name, line, lines)| Piece { source, line, name: format!("`{name}`"), lines };
    found.0.into_iter().map(piece).collect()
}

/// Name, first line and number of lines of every function with a body.
struct Functions(Vec<(String, usize, usize)>);

impl Functions {
    fn add(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let first = signature.span().start().line;
        let last = body.brace_token.span.close().end().line;
        self.0.push((signature.ident.to_string(), first, last + 1 - first));
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(body) = &function.default {
            self.add(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[cfg(test)]
fn function_of(lines: usize, name: &str) -> String {
    format!("fn {name}() {{\n{}}}\n", "    let _x = 1;\n".repeat(lines - 2))
}

#[test]
fn a_function_of_61_lines_is_named_and_one_of_60_is_not() {
    let short: String = (0..20).map(|n| function_of(3, &format!("short{n}"))).collect();
    let text = format!("{short}{}{}", function_of(60, "long"), function_of(61, "longer"));
    let complaints = check(&[Source::new("a.rs", &text)]);
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert!(complaints[0].what.contains("`longer` has 61 lines"));
    assert_eq!(complaints[0].line, 121);
}

#[test]
fn methods_count_too() {
    let method = function_of(62, "method");
    let complaints = check(&[Source::new("a.rs", &format!("struct A;\nimpl A {{\n{method}}}\n"))]);
    assert!(complaints.iter().any(|complaint| complaint.what.contains("`method` has 62")), "{complaints:?}");
}

#[test]
fn a_file_of_401_lines_is_named() {
    let complaints = check(&[Source::new("a.rs", &"// x\n".repeat(401)), Source::new("b.rs", &"// x\n".repeat(400))]);
    assert!(complaints.iter().any(|complaint| complaint.path == "a.rs" && complaint.what.contains("400 at most")));
    assert!(!complaints.iter().any(|complaint| complaint.path == "b.rs" && complaint.what.contains("400 at most")));
}

#[test]
fn two_in_ten_over_the_usual_length_are_too_many() {
    let short: String = (0..8).map(|n| function_of(3, &format!("short{n}"))).collect();
    let one = format!("{short}{}{}", function_of(3, "third"), function_of(26, "one"));
    assert!(check(&[Source::new("a.rs", &one)]).is_empty());
    let two = format!("{short}{}{}", function_of(26, "two"), function_of(26, "one"));
    assert_eq!(check(&[Source::new("a.rs", &two)]).len(), 1);
    let tested = format!("{one}#[cfg(test)]\nmod tests {{\n{}}}\n", function_of(27, "a_test"));
    assert!(check(&[Source::new("a.rs", &tested)]).is_empty());
}
