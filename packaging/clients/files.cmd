@echo off
rem For Windows 10 and 11. UNTRIED on a real Windows: read by a second pair of eyes only.
rem Opens the file share of SERVER from this laptop: asks for password and code once (ssh asks, in this window), then
rem connects the share. Nothing is kept: no password, no code.
rem ASCII only and CRLF line ends: cmd.exe reads other files differently from one code page to the next.
setlocal EnableExtensions DisableDelayedExpansion

rem The administration edits these lines and nothing else.
set "SERVER=files.example.com"
set "SHARE=data"
rem Empty: the name of this laptop's user.
set "USER_NAME="
rem The domain or, for accounts of the server itself, its name.
set "DOMAIN=files"
rem yes: Windows connects with its own login (domain members); no: Windows asks for the password.
set "WINDOWS_LOGIN=no"
set "DRIVE=X:"
set "SSH_PORT=22"
set "PHONE=+49 30 23125 000"

if not defined USER_NAME set "USER_NAME=%USERNAME%"
set "LANGUAGE=en"
reg query "HKCU\Control Panel\International" /v LocaleName 2>nul | find "de-" >nul && set "LANGUAGE=de"
set "ERRORS=%TEMP%\files-%RANDOM%.txt"
goto %LANGUAGE%

:en
set "WELCOME=The files on %SERVER%: type your password, then the code from your phone."
set "UNREACHABLE=%SERVER% cannot be reached. Is the network up, and the VPN if you need one?"
set "CHANGED=The server shows another key than before. Do not go on; telephone: %PHONE%."
set "REFUSED=Password or code was not right. Wait for the next code and try again. Help: %PHONE%."
set "CLOSED=The login was right, but the files were not opened. Telephone: %PHONE%."
set "OTHER_NAME=Windows is connected to %SERVER% under another name. End that with: net use * /delete"
set "NO_SHARE=The share %SHARE% could not be connected. Is your password right? Help: %PHONE%."
set "NO_SSH=ssh is missing: Settings, Apps, Optional features, OpenSSH Client."
goto begin

:de
set "WELCOME=Die Dateien auf %SERVER%: Tippen Sie Ihr Passwort, dann den Code von Ihrem Telefon."
set "UNREACHABLE=%SERVER% ist nicht erreichbar. Steht das Netz, und das VPN, falls Sie eines brauchen?"
set "CHANGED=Der Server zeigt einen anderen Ausweis als bisher. Brechen Sie ab und rufen Sie an: %PHONE%."
set "REFUSED=Passwort oder Code war falsch. Warten Sie auf den neuen Code. Hilfe: %PHONE%."
set "CLOSED=Die Anmeldung war richtig, aber die Dateien sind nicht offen. Rufen Sie an: %PHONE%."
set "OTHER_NAME=Windows ist mit %SERVER% unter anderem Namen verbunden. Beenden Sie das: net use * /delete"
set "NO_SHARE=Die Freigabe %SHARE% hat sich nicht verbunden. Stimmt das Passwort? Hilfe: %PHONE%."
set "NO_SSH=ssh fehlt: Einstellungen, Apps, Optionale Features, OpenSSH-Client."
goto begin

:begin
set "SSH=%SystemRoot%\System32\OpenSSH\ssh.exe"
if not exist "%SSH%" set "MESSAGE=NO_SSH" & goto give_up
echo %WELCOME%

rem Earns the lease. ssh talks to the person in this window itself; its errors are looked at and shown.
"%SSH%" -p %SSH_PORT% -o PreferredAuthentications=publickey,keyboard-interactive "%USER_NAME%@%SERVER%" open 2>"%ERRORS%"
set "STATUS=%ERRORLEVEL%"
type "%ERRORS%"
if "%STATUS%"=="0" goto connect
set "MESSAGE=CLOSED"
if "%STATUS%"=="255" set "MESSAGE=UNREACHABLE"
findstr /c:"Permission denied" /c:"Too many authentication failures" "%ERRORS%" >nul && set "MESSAGE=REFUSED"
findstr /c:"IDENTIFICATION HAS CHANGED" "%ERRORS%" >nul && set "MESSAGE=CHANGED"
goto give_up

:connect
rem "*" makes Windows ask for the password, in this window.
if /i "%WINDOWS_LOGIN%"=="yes" (
  net use %DRIVE% "\\%SERVER%\%SHARE%" /persistent:no 2>"%ERRORS%"
) else (
  net use %DRIVE% "\\%SERVER%\%SHARE%" * /user:"%DOMAIN%\%USER_NAME%" /persistent:no 2>"%ERRORS%"
)
if not errorlevel 1 goto show
type "%ERRORS%"
set "MESSAGE=NO_SHARE"
find "1219" "%ERRORS%" >nul && set "MESSAGE=OTHER_NAME"
goto give_up

:show
del "%ERRORS%" 2>nul
start "" explorer.exe %DRIVE%\
exit /b 0

:give_up
del "%ERRORS%" 2>nul
call echo %%%MESSAGE%%%
pause
exit /b 1
