/// The kinds of import files in the order in which each finds what it refers to.
public let importOrder = [
    "persons", "vehicles", "names", "dealers", "agreements", "holdings", "choices", "permissions",
    "gates", "endpoints",
]
