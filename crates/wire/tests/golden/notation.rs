//! Enough of CBOR's diagnostic notation (RFC 8949, section 8) to read the
//! example in the docs: numbers, texts, byte strings, arrays, maps, true and
//! false, comments between slashes.

/// The bytes of one item; panics with the place of what it cannot read.
pub(crate) fn encode(notation: &str) -> Vec<u8> {
    let mut reader = Reader { rest: notation, out: minicbor::Encoder::new(Vec::new()) };
    reader.item();
    reader.blank();
    assert!(reader.rest.is_empty(), "text follows the item: {:?}", reader.rest);
    reader.out.into_writer()
}

struct Reader<'a> {
    rest: &'a str,
    out: minicbor::Encoder<Vec<u8>>,
}

impl Reader<'_> {
    fn item(&mut self) {
        self.blank();
        let first = self.rest.chars().next().expect("an item");
        match first {
            '{' => self.several('}', 2),
            '[' => self.several(']', 1),
            'h' => self.bytes(),
            '"' => self.text(),
            't' | 'f' => self.boolean(),
            _ => self.number(),
        }
    }

    /// An array or, with two items an entry, a map.
    fn several(&mut self, end: char, items: u64) {
        let (opened, inner) = self.rest.split_at(1);
        let mut counted = Reader { rest: inner, out: minicbor::Encoder::new(Vec::new()) };
        let mut entries = 0;
        while !counted.take(&end.to_string()) {
            counted.item();
            if items == 2 {
                assert!(counted.take(":"), "{opened}: a key without a value before {:?}", counted.rest);
                counted.item();
            }
            entries += 1;
            let more = counted.take(",");
            assert!(more || counted.next_is(end), "{opened}: no comma before {:?}", counted.rest);
        }
        self.rest = counted.rest;
        let header = if items == 2 { self.out.map(entries) } else { self.out.array(entries) };
        header.expect("writing to a Vec cannot fail");
        self.out.writer_mut().extend(counted.out.into_writer());
    }

    fn bytes(&mut self) {
        let digits = self.quoted("h'", '\'');
        let byte = |pair: &[u8]| {
            let digit = |letter: u8| char::from(letter).to_digit(16).expect("a hex digit");
            u8::try_from(digit(pair[0]) * 16 + digit(pair[1])).expect("a byte")
        };
        let bytes: Vec<u8> = digits.as_bytes().chunks_exact(2).map(byte).collect();
        self.out.bytes(&bytes).expect("writing to a Vec cannot fail");
    }

    fn text(&mut self) {
        let mut text = String::new();
        let mut letters = self.rest.char_indices().skip(1);
        let end = loop {
            match letters.next().expect("the text's end") {
                (at, '"') => break at + 1,
                (_, '\\') => text.push(letters.next().expect("an escaped letter").1),
                (_, letter) => text.push(letter),
            }
        };
        self.rest = self.rest.split_at(end).1;
        self.out.str(&text).expect("writing to a Vec cannot fail");
    }

    fn boolean(&mut self) {
        let yes = self.take("true");
        assert!(yes || self.take("false"), "not an item: {:?}", self.rest);
        self.out.bool(yes).expect("writing to a Vec cannot fail");
    }

    fn number(&mut self) {
        let end = self.rest.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        let number: i64 = digits.parse().unwrap_or_else(|error| panic!("{:?}: {error}", self.rest));
        self.rest = rest;
        self.out.i64(number).expect("writing to a Vec cannot fail");
    }

    fn quoted(&mut self, open: &str, close: char) -> String {
        assert!(self.take(open), "expected {open} at {:?}", self.rest);
        let (inside, rest) = self.rest.split_once(close).expect("a closing quote");
        self.rest = rest;
        inside.to_owned()
    }

    fn take(&mut self, word: &str) -> bool {
        self.blank();
        let taken = self.rest.strip_prefix(word);
        self.rest = taken.unwrap_or(self.rest);
        taken.is_some()
    }

    fn next_is(&mut self, letter: char) -> bool {
        self.blank();
        self.rest.starts_with(letter)
    }

    /// Skips blanks and comments.
    fn blank(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            match self.rest.strip_prefix('/').and_then(|comment| comment.split_once('/')) {
                Some((_, after)) => self.rest = after,
                None => return,
            }
        }
    }
}
