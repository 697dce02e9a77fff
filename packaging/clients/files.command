#!/bin/sh
# For macOS: a double click in Finder opens it in Terminal. UNTRIED on a real Mac: read by a second pair of eyes only.
# Opens the file share of SERVER from this laptop: asks for password and code once (ssh asks, on this terminal), then
# connects the share. Nothing is kept: no password, no code.
# The administration edits these lines and nothing else.
SERVER=files.example.com
SHARE=data  # as in an address: a blank is %20, the a umlaut %C3%A4
USER_NAME=''  # empty: the name of this laptop's user
SSH_PORT=22
SMB_PORT=445
PHONE='+49 30 23125 000'

case "$(defaults read -g AppleLocale 2>/dev/null)" in de*) language=de ;; *) language=en ;; esac

# text KEY: one sentence for the person at the laptop.
text() {
  case "$language.$1" in
    en.welcome) echo "The files on $SERVER: type your password, then the code from your phone." ;;
    de.welcome) echo "Die Dateien auf $SERVER: Tippen Sie Ihr Passwort, dann den Code von Ihrem Telefon." ;;
    en.unreachable) echo "$SERVER cannot be reached. Is the network up, and the VPN if you need one?" ;;
    de.unreachable) echo "$SERVER ist nicht erreichbar. Steht das Netz, und das VPN, falls nötig?" ;;
    en.changed) echo "The server shows another key than before, or you refused it. Do not go on; telephone: $PHONE." ;;
    de.changed) echo "Der Server zeigt einen anderen Schlüssel, oder er wurde abgelehnt. Rufen Sie an: $PHONE." ;;
    en.refused) echo "Password or code was not right. Wait for the next code and try again. Help: $PHONE." ;;
    de.refused) echo "Passwort oder Code war falsch. Warten Sie auf den nächsten Code. Hilfe: $PHONE." ;;
    en.closed) echo "The login was right, but the files were not opened. Telephone: $PHONE." ;;
    de.closed) echo "Die Anmeldung war richtig, aber die Dateien sind nicht offen. Rufen Sie an: $PHONE." ;;
    en.share) echo "The share $SHARE could not be connected. Is your password right? Help: $PHONE." ;;
    de.share) echo "Die Freigabe $SHARE ließ sich nicht verbinden. Stimmt das Passwort? Hilfe: $PHONE." ;;
    en.key) echo "Press Enter to close this window." ;;
    de.key) echo "Weiter mit der Eingabetaste." ;;
  esac
}

give_up() {
  text "$1" >&2
  text key >&2
  read -r _
  exit 1
}

# Earns the lease. ssh talks to the person on the terminal itself; its errors are looked at and shown.
open_lease() {
  exec 3>&1
  errors=$(ssh -p "$SSH_PORT" -o PreferredAuthentications=publickey,keyboard-interactive -l "$user" "$SERVER" open \
    2>&1 >&3)
  status=$?
  exec 3>&-
  [ -z "$errors" ] || printf '%s\n' "$errors" >&2
  [ "$status" -ne 0 ] || return 0
  case "$status.$errors" in
    255.*'IDENTIFICATION HAS CHANGED'* | 255.*'Host key verification failed'*) give_up changed ;;
    255.*'Permission denied ('* | 255.*'Too many authentication failures'*) give_up refused ;;
    255.*) give_up unreachable ;;
    *) give_up closed ;;
  esac
}

# Finder asks for the password, which may be kept in the keychain: it is the code that must not be.
connect_share() {
  open "smb://$user@$SERVER:$SMB_PORT/$SHARE"
}

user=${USER_NAME:-$(id -un)}
text welcome
open_lease
connect_share || give_up share
