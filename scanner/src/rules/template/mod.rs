//! Example templates: how a rule file describes secrets without holding one.
//!
//! `{{class n}}` and `{{class a..b}}` draw characters, `{{token}}` is the rule's token, `{{function …}}`
//! works on a nested template: `ghp_{{crc32-base62 {{base62 30}}}}`. See `docs/rules.md` for the tables.

mod class;
mod fits;
mod function;
mod parse;
mod random;

pub(super) use random::Random;

use crate::checks::Check;
use function::Function;

/// A parsed template.
#[derive(Debug)]
pub(super) struct Template(Vec<Node>);

#[derive(Debug)]
enum Node {
    Text(String),
    /// Bytes written in hex, as `{{byte 80}}`.
    Bytes(Vec<u8>),
    /// `min..=max` characters out of a set.
    Class {
        set: Vec<u8>,
        min: usize,
        max: usize,
    },
    Token,
    OneOf(Vec<Template>),
    Call(Function, Template),
    /// `#` and `@` become the digits and capitals with which the check agrees.
    Fits(Check, Template),
}

impl Template {
    /// Reads a template, or says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        parse::template(text)
    }

    /// Whether it stands for the rule's token anywhere.
    pub(super) fn uses_token(&self) -> bool {
        self.0.iter().any(|node| match node {
            Node::Token => true,
            Node::OneOf(choices) => choices.iter().any(Self::uses_token),
            Node::Call(_, inner) | Node::Fits(_, inner) => inner.uses_token(),
            Node::Text(_) | Node::Bytes(_) | Node::Class { .. } => false,
        })
    }

    /// A fresh example. `token` is what `{{token}}` stands for.
    pub(super) fn expand(&self, token: Option<&Template>, random: &mut Random) -> Vec<u8> {
        let mut out = Vec::new();
        for node in &self.0 {
            match node {
                Node::Text(text) => out.extend_from_slice(text.as_bytes()),
                Node::Bytes(bytes) => out.extend_from_slice(bytes),
                Node::Class { set, min, max } => {
                    let count = min + random.below(max - min + 1);
                    out.extend((0..count).map(|_| set[random.below(set.len())]));
                }
                Node::Token => {
                    out.extend(token.map(|token| token.expand(None, random)).unwrap_or_default());
                }
                Node::OneOf(choices) => {
                    out.extend(choices[random.below(choices.len())].expand(token, random));
                }
                Node::Fits(check, inner) => out.extend(fits::fitted(check, inner.expand(token, random))),
                Node::Call(function, inner) => out.extend(function.apply(inner.expand(token, random))),
            }
        }
        out
    }
}
