# fish completion for k2hdkc-slave-agent: the agent itself says what fits, so that it is of the installed version

function __k2hdkc_slave_agent
    # In quotes, as it may be empty.
    set -l begun (commandline -ct)
    set -l found (k2hdkc-slave-agent complete -- (commandline -opc) "$begun" 2>/dev/null)
    switch "$found[1]"
        case ':file*'
            __fish_complete_path "$begun"
        case ':directory*'
            __fish_complete_directories "$begun"
        case ':user*'
            __fish_complete_users
        case '*'
            string join -- \n $found
    end
end

complete -c k2hdkc-slave-agent -f -a '(__k2hdkc_slave_agent)'
