int equilibria_placeholder(void);
