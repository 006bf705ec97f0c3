//! What pages call: the description by which `ffi` turns values into JSON, and the
//! types of the same calls in TypeScript. Both are made from the library's own
//! description, so that neither can say anything else than the bindings.

mod description;
mod typescript;

use std::collections::BTreeMap;

use uniffi_meta::{EnumMetadata, Metadata, MethodMetadata, RecordMetadata, Type};

use crate::tools;

/// What the library says of itself, as far as pages are concerned; by name.
struct Surface {
    methods: BTreeMap<String, MethodMetadata>,
    records: BTreeMap<String, RecordMetadata>,
    enums: BTreeMap<String, EnumMetadata>,
    aliases: BTreeMap<String, Type>,
}

impl Surface {
    fn of_library() -> Self {
        let library = std::fs::read(tools::library()).expect("the library");
        let items =
            uniffi_bindgen::macro_metadata::extract_from_bytes(&library).expect("it describes itself");
        let kept = kept();
        let mut surface = Self {
            methods: BTreeMap::new(),
            records: BTreeMap::new(),
            enums: BTreeMap::new(),
            aliases: BTreeMap::new(),
        };
        for item in items {
            match item {
                Metadata::Method(method)
                    if method.self_name == "FieldClient" && !kept.contains_key(&camel(&method.name)) =>
                {
                    surface.methods.insert(camel(&method.name), method);
                }
                Metadata::Record(record) => drop(surface.records.insert(record.name.clone(), record)),
                Metadata::Enum(words) => drop(surface.enums.insert(words.name.clone(), words)),
                Metadata::CustomType(alias) => drop(surface.aliases.insert(alias.name, alias.builtin)),
                _ => {}
            }
        }
        surface.keep_what_is_named();
        surface
    }

    /// Leaves the types that calls, events and errors name.
    fn keep_what_is_named(&mut self) {
        let mut named: BTreeMap<String, ()> = BTreeMap::new();
        let mut open = vec!["FieldEvent".to_owned(), "FieldError".to_owned()];
        let of_methods = self.methods.values().flat_map(|method| {
            method.inputs.iter().map(|input| &input.ty).chain(method.return_type.as_ref())
        });
        open.extend(of_methods.flat_map(names));
        while let Some(name) = open.pop() {
            if named.insert(name.clone(), ()).is_some() {
                continue;
            }
            let record = self.records.get(&name).into_iter().flat_map(|record| &record.fields);
            let words = self.enums.get(&name).into_iter().flat_map(|words| &words.variants);
            let fields = record.chain(words.flat_map(|word| &word.fields));
            open.extend(fields.flat_map(|field| names(&field.ty)));
            open.extend(self.aliases.get(&name).into_iter().flat_map(names));
        }
        self.records.retain(|name, _| named.contains_key(name));
        self.enums.retain(|name, _| named.contains_key(name));
        self.aliases.retain(|name, _| named.contains_key(name));
    }
}

/// The names in a type.
fn names(ty: &Type) -> Vec<String> {
    match ty {
        Type::Record { name, .. } | Type::Enum { name, .. } => vec![name.clone()],
        Type::Custom { name, builtin, .. } => [vec![name.clone()], names(builtin)].concat(),
        Type::Optional { inner_type } | Type::Sequence { inner_type } | Type::Box { inner_type } => {
            names(inner_type)
        }
        Type::Map { value_type, .. } => names(value_type),
        _ => Vec::new(),
    }
}

/// Whether an argument is an object, which no JSON can hold.
fn is_object(ty: &Type) -> bool {
    match ty {
        Type::Object { .. } | Type::CallbackInterface { .. } => true,
        Type::Optional { inner_type } => is_object(inner_type),
        _ => false,
    }
}

/// The calls that pages have no part in, each with its reason.
fn kept() -> BTreeMap<String, String> {
    let reasons = std::fs::read_to_string(tools::root().join("ffi/src/json/kept.json")).expect("the reasons");
    serde_json::from_str(&reasons).expect("a reason for each")
}

/// A name as the surface writes it.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut first = words.next().unwrap_or_default().to_owned();
    if let Some(letter) = first.get_mut(..1) {
        letter.make_ascii_lowercase();
    }
    words.fold(first, |name, word| {
        let (letter, rest) = word.split_at(1);
        format!("{name}{}{rest}", letter.to_ascii_uppercase())
    })
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the one switch of printed pages")]
fn what_pages_call_is_described_as_the_library_is() {
    let surface = Surface::of_library();
    let pages = [
        ("ffi/src/json/surface.json", description::json(&surface)),
        ("sync-server/web/src/phone/surface.ts", typescript::types(&surface)),
    ];
    for (page, made) in pages {
        let path = tools::root().join(page);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(&path, &made).expect("written");
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == made,
            "{page} is stale: run UPDATE_DOCS=1 cargo test --package bindings, and review"
        );
    }
}
