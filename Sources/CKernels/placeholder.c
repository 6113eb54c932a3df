int equilibria_placeholder(void) { return 0; }
