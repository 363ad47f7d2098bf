//! The grammar of templates.

use crate::checks::Check;

use super::class;
use super::function::Function;
use super::{Node, Template};

/// Longest run that one class may draw.
const MAX_COUNT: usize = 65_536;

pub(super) fn template(text: &str) -> Result<Template, String> {
    let mut parser = Parser { rest: text };
    parser.nodes(&[])
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    /// Reads up to one of `stops`, which stays, or to the end when there are none.
    fn nodes(&mut self, stops: &[&str]) -> Result<Template, String> {
        let mut nodes = Vec::new();
        let mut text = String::new();
        while !stops.iter().any(|stop| self.stops_at(stop)) {
            if self.opens() {
                if !text.is_empty() {
                    nodes.push(Node::Text(std::mem::take(&mut text)));
                }
                nodes.push(self.expression()?);
                continue;
            }
            let Some(next) = self.rest.chars().next() else { break };
            text.push(next);
            self.rest = &self.rest[next.len_utf8()..];
        }
        if !stops.is_empty() && self.rest.is_empty() {
            return Err("a template has a {{ without its }}".to_owned());
        }
        if !text.is_empty() {
            nodes.push(Node::Text(text));
        }
        Ok(Template(nodes))
    }

    /// Of an odd number of closing braces the first is text: `{{base64-of {"key":"{{hex 8}}"}}}`.
    fn stops_at(&self, stop: &str) -> bool {
        let braces = self.rest.bytes().take_while(|byte| *byte == b'}').count();
        self.rest.starts_with(stop) && (stop != "}}" || braces.is_multiple_of(2))
    }

    /// `{{` and a space is text, as in `${{ secrets.TOKEN }}`.
    fn opens(&self) -> bool {
        self.rest.strip_prefix("{{").is_some_and(|inner| !inner.starts_with([' ', '{']))
    }

    fn expression(&mut self) -> Result<Node, String> {
        self.rest = &self.rest[2..];
        let name = self.word();
        let node = match name {
            "token" => Node::Token,
            "byte" => Node::Bytes(self.hex()?),
            "one" => Node::OneOf(self.choices()?),
            "fits" => {
                let check = Check::parse(self.word())?;
                Node::Fits(check, self.nodes(&["}}"])?)
            }
            _ => match class::set(name) {
                Some(set) => self.class(set)?,
                None => self.call(name)?,
            },
        };
        self.close()?;
        Ok(node)
    }

    /// Up to the next space or `}}`; the space goes too.
    fn word(&mut self) -> &'a str {
        let end = self.rest.find("}}").unwrap_or(self.rest.len());
        let end = self.rest[..end].find(' ').unwrap_or(end);
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.strip_prefix(' ').unwrap_or(rest);
        word
    }

    fn close(&mut self) -> Result<(), String> {
        self.rest = self.rest.strip_prefix("}}").ok_or("a template has a {{ without its }}")?;
        Ok(())
    }

    fn hex(&mut self) -> Result<Vec<u8>, String> {
        let digits = self.word();
        data_encoding::HEXLOWER_PERMISSIVE
            .decode(digits.as_bytes())
            .map_err(|_| format!("{{{{byte {digits}}}}} is not hex"))
    }

    fn class(&mut self, set: Vec<u8>) -> Result<Node, String> {
        let range = self.word();
        let (min, max) = range.split_once("..").unwrap_or((range, range));
        let read = |count: &str| count.parse::<usize>().ok().filter(|count| *count <= MAX_COUNT);
        match (read(min), read(max)) {
            (Some(min), Some(max)) if min <= max => Ok(Node::Class { set, min, max }),
            _ => Err(format!("{range:?} is no number of characters; write 20 or 20..40")),
        }
    }

    fn choices(&mut self) -> Result<Vec<Template>, String> {
        let mut choices = vec![self.nodes(&["|", "}}"])?];
        while let Some(rest) = self.rest.strip_prefix('|') {
            self.rest = rest;
            choices.push(self.nodes(&["|", "}}"])?);
        }
        Ok(choices)
    }

    fn call(&mut self, name: &str) -> Result<Node, String> {
        let function = Function::parse(name).ok_or_else(|| {
            let (classes, functions) = (class::NAMES, Function::names());
            format!("{name:?} is no template; there are token, one, byte, fits, {classes}, {functions}")
        })?;
        Ok(Node::Call(function, self.nodes(&["}}"])?))
    }
}
