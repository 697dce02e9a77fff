@echo off
rem For Windows 10 and 11. UNTRIED on a real Windows: read by a second pair of eyes only.
rem Opens the file share of SERVER from this laptop: asks for password and code once (ssh asks, in this window), then
rem connects the share. Nothing is kept: no password, no code.
rem ASCII only and CRLF line ends: cmd.exe reads other files differently from one code page to the next.
setlocal EnableExtensions DisableDelayedExpansion
rem cmd.exe looks for programs here first, and a redirected desktop is no directory for it.
cd /d "%SystemRoot%\System32"

rem The administration edits these lines and nothing else. A percent sign is written twice.
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
set "CHANGED=The server shows another key than before, or you refused it. Do not go on; telephone: %PHONE%."
set "REFUSED=Password or code was not right. Wait for the next code and try again. Help: %PHONE%."
set "CLOSED=The login was right, but the files were not opened. Telephone: %PHONE%."
set "OTHER_NAME=Windows is connected to %SERVER% under another name. Sign out of Windows and in again. Help: %PHONE%."
set "TAKEN=The drive %DRIVE% is taken by something else. Telephone: %PHONE%."
set "NO_SHARE=The share %SHARE% could not be connected. Is your password right? Help: %PHONE%."
set "NO_SSH=ssh is missing: Settings, Optional features, OpenSSH Client. Help: %PHONE%."
goto begin

:de
set "WELCOME=Die Dateien auf %SERVER%: Tippen Sie Ihr Passwort, dann den Code von Ihrem Telefon."
set "UNREACHABLE=%SERVER% ist nicht erreichbar. Steht das Netz, und das VPN, falls Sie eines brauchen?"
set "CHANGED=Der Server zeigt einen anderen Ausweis, oder er wurde abgelehnt. Rufen Sie an: %PHONE%."
set "REFUSED=Passwort oder Code war falsch. Warten Sie auf den neuen Code. Hilfe: %PHONE%."
set "CLOSED=Die Anmeldung war richtig, aber die Dateien sind nicht offen. Rufen Sie an: %PHONE%."
set "OTHER_NAME=Windows kennt Sie unter anderem Namen. Melden Sie sich von Windows ab und wieder an. Hilfe: %PHONE%."
set "TAKEN=Das Laufwerk %DRIVE% ist schon anders belegt. Rufen Sie an: %PHONE%."
set "NO_SHARE=Die Freigabe %SHARE% hat sich nicht verbunden. Stimmt das Passwort? Hilfe: %PHONE%."
set "NO_SSH=ssh fehlt: Einstellungen, Optionale Features, OpenSSH-Client. Hilfe: %PHONE%."
goto begin

:begin
set "SSH=%SystemRoot%\System32\OpenSSH\ssh.exe"
if not exist "%SSH%" set "MESSAGE=NO_SSH" & goto give_up
echo %WELCOME%

rem Earns the lease. ssh talks to the person in this window itself; its errors are looked at and shown.
rem -n: without it, the ssh of Windows may wait for a key press at the end. It takes no prompt away.
"%SSH%" -n -p %SSH_PORT% -o PreferredAuthentications=publickey,keyboard-interactive ^
  -l "%USER_NAME%" "%SERVER%" open 2>"%ERRORS%"
set "STATUS=%ERRORLEVEL%"
type "%ERRORS%"
if "%STATUS%"=="0" goto connect
set "MESSAGE=CLOSED"
if not "%STATUS%"=="255" goto give_up
set "MESSAGE=UNREACHABLE"
findstr /c:"Permission denied (" /c:"Too many authentication failures" "%ERRORS%" >nul && set "MESSAGE=REFUSED"
findstr /c:"IDENTIFICATION HAS CHANGED" /c:"Host key verification failed" "%ERRORS%" >nul && set "MESSAGE=CHANGED"
goto give_up

:connect
rem A later start: the drive is there still.
net use %DRIVE% 2>nul | find /i "\\%SERVER%\%SHARE%" >nul && goto show
rem "*" makes Windows ask for the password, in this window.
if /i "%WINDOWS_LOGIN%"=="yes" (
  net use %DRIVE% "\\%SERVER%\%SHARE%" /persistent:no 2>"%ERRORS%"
) else (
  net use %DRIVE% "\\%SERVER%\%SHARE%" * /user:"%DOMAIN%\%USER_NAME%" /persistent:no 2>"%ERRORS%"
)
if not errorlevel 1 goto show
type "%ERRORS%"
set "MESSAGE=NO_SHARE"
findstr /c:" 1219 " "%ERRORS%" >nul && set "MESSAGE=OTHER_NAME"
findstr /c:" 85 " "%ERRORS%" >nul && set "MESSAGE=TAKEN"
rem Port 445 is closed on the way: providers do that.
findstr /c:" 51 " /c:" 53 " /c:" 1231 " "%ERRORS%" >nul && set "MESSAGE=UNREACHABLE"
goto give_up

:show
del "%ERRORS%" 2>nul
start "" "%SystemRoot%\explorer.exe" %DRIVE%\
exit /b 0

:give_up
del "%ERRORS%" 2>nul
setlocal EnableDelayedExpansion
echo !%MESSAGE%!
pause
exit /b 1
