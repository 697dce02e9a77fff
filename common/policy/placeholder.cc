namespace twinlock {}
