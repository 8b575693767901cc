//! Values that are hard on a `.env`, and files around them.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// What quotes, ends, expands, runs, escapes or cuts a value somewhere.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(vec![
            "'", "\"", "`", "\\", "$", "#", " #", "\n", "\r", "\r\n", "\\n", "\\'", "\\\"", "=", " ", "\t", "$(id)",
            "${A}", "$A", "`id`", "!", "%", "&", ";", "|", "<", ">", "*", "~", "export ", "K=v", "\u{FEFF}",
            "\u{2028}", "\u{A0}", "\u{85}", "ç", "🙂",
        ]).prop_map(str::to_owned),
        4 => "[a-zA-Z0-9_./:@-]{1,8}",
        1 => any::<char>().prop_map(String::from),
    ]
}

pub fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::collection::vec(piece(), 0..8).prop_map(|pieces| pieces.concat()),
        3 => "[ -~]{0,30}",
        1 => any::<String>(),
        // refused, always
        1 => ("[a-z]{0,4}", "[a-z]{0,4}").prop_map(|(a, b)| format!("{a}\0{b}")),
    ]
}

/// What stands around the value: other keys, comments, either line ending, perhaps no last one.
pub fn file() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "# first\nA=1\nKEY=old\n# after\nB='2'\n",
        "A=1\r\nKEY='old' # why\r\nB=\"2\"\r\n",
        "KEY=old",
        "A='one\ntwo'\n\nexport KEY=\"old\"\n\n\n",
        "B=2 # no KEY\n",
        "KEY=first\nA=1\nKEY=second # counts\n",
        "KEY=`old`#glued\nZ=9\n",
        "A-B.c=odd\n  KEY =   spaced   \nC\n",
    ])
    .prop_map(str::to_owned)
}

/// So many of them, the same at every run unless `PROPTEST_SEED` says otherwise.
pub fn many<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let seed = std::env::var("PROPTEST_SEED").unwrap_or_default();
    let mut bytes = [7u8; 32];
    for (place, byte) in bytes.iter_mut().zip(seed.bytes()) {
        *place = byte;
    }
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}
