# Completion of twinlock(8) for fish. What can follow is read from the program's own --help, so that it is never out of date.

# __twinlock_names SECTION <HELP: what that section lists, one name a line.
function __twinlock_names
    sed -n "/^$argv[1]:/,/^\$/{/^  [^ ]/{s/^  //; s/, /,/g; s/ .*//; s/,/\n/g; p}}"
end

# __twinlock_value OPTION <HELP: what stands behind the option where it takes a value, such as TEXT:{6,8}; else nothing.
function __twinlock_value
    sed -n -E "s/^  (-[a-z],)?$argv[1] ([A-Z][^ ]*)( .*)?\$/\2/p"
end

function __twinlock_offer_value
    if string match -q '*{*}*' -- $argv[1]
        string replace -r '.*\{(.*)\}.*' '$1' -- $argv[1] | string split ,
    else
        __fish_complete_path (commandline -ct)
    end
end

# __twinlock_offer_argument NAME: for the argument that --help calls so.
function __twinlock_offer_argument
    switch "$argv[1]"
        case '' id label
        case USER user old new
            __fish_complete_users
        case '*'
            __fish_complete_path (commandline -ct)
    end
end

function __twinlock_offer
    set -l words (commandline -opc)
    set -l program $words[1]
    set -l current (commandline -ct)
    set -l top ($program --help 2>/dev/null | string collect)
    set -l help $top
    set -l path
    set -l value ''
    set -l number 1
    set -l subcommands (echo $help | __twinlock_names Subcommands)
    for word in $words[2..-1]
        if test -n "$value"
            set value ''
        else if string match -q -- '-*=*' $word
            continue
        else if string match -q -- '-*' $word
            set value (echo $help\n$top | __twinlock_value $word)[1]
        else if test (count $subcommands) -gt 0
            contains -- $word $subcommands; or return
            set -a path $word
            set help ($program $path --help 2>/dev/null | string collect)
            set subcommands (echo $help | __twinlock_names Subcommands)
        else
            set number (math $number + 1)
        end
    end
    if test -n "$value"
        __twinlock_offer_value $value
    else if string match -q -- '-*' $current
        echo $help\n\n$top | __twinlock_names Options | sort -u
    else if test (count $subcommands) -gt 0
        printf '%s\n' $subcommands
    else
        set -l arguments (echo $help | __twinlock_names Positionals)
        __twinlock_offer_argument $arguments[$number]
    end
end

complete -c twinlock -f -a '(__twinlock_offer)'
