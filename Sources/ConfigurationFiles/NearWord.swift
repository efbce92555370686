/// The word of a list that is at most half of its letters and three away, by Levenshtein's
/// distance: near enough for a slip of the pen.
func closest(to word: String, in list: [String]) -> String? {
    let best = list.map { (word: $0, distance: editDistance(word, $0)) }
        .min { ($0.distance, $0.word) < ($1.distance, $1.word) }
    guard let best, best.distance <= min(3, max(1, word.count / 2)) else { return nil }
    return best.word
}

private func editDistance(_ left: String, _ right: String) -> Int {
    let (a, b) = (Array(left), Array(right))
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in b.enumerated() {
            let above = row[j + 1]
            row[j + 1] = min(above + 1, row[j] + 1, diagonal + (letter == other ? 0 : 1))
            diagonal = above
        }
    }
    return row[b.count]
}
