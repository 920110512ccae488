"""The project package: settings, composition root and what all apps stand on."""
