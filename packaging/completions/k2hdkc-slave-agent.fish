# fish completion for k2hdkc-slave-agent: the agent itself says what fits, so that it is of the installed version

function __k2hdkc_slave_agent
    set -l found (k2hdkc-slave-agent complete (commandline -cp | string collect) 2>/dev/null)
    switch "$found[1]"
        case ':file*'
            __fish_complete_path (commandline -ct)
        case ':directory*'
            __fish_complete_directories (commandline -ct)
        case ':user*'
            __fish_complete_users
        case '*'
            string join -- \n $found
    end
end

complete -c k2hdkc-slave-agent -f -a '(__k2hdkc_slave_agent)'
