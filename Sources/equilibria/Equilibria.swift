import ArgumentParser
@main struct Equilibria: ParsableCommand { func run() {} }
