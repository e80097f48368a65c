using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using CliWrap;
using CliWrap.Buffered;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Tests.Conformance;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hosting;

/// <summary>The numbers and structures that are passed to the kernel are those of its own headers, on each processor that the packages are for.</summary>
public sealed class KernelInterfaceTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(Architecture.X64, "x86_64-linux-gnu", "amd64")]
    [InlineData(Architecture.Arm64, "aarch64-linux-gnu", "arm64")]
    public async Task Every_number_and_structure_is_that_of_the_processors_own_headers(Architecture processor, string triple, string architecture)
    {
        var sysroot = Repository.At($"artifacts/sysroot/{architecture}");
        var isOwn = processor == RuntimeInformation.ProcessArchitecture;
        var hasSysroot = Directory.Exists(sysroot) && RealNodes.IsOnPath("clang");
        Assert.SkipUnless(hasSysroot || (isOwn && RealNodes.IsOnPath("gcc")), isOwn ? "gcc is not on the PATH" : $"needs clang, and headers by packaging/sysroot {architecture}");
        var source = _directory.Put("kernel.c", string.Join('\n', Claims(processor)
            .Select(claim => $"_Static_assert(({claim.Here}) == ({claim.There}), \"{claim.There}\");").Prepend(Headers)));
        var result = await Cli.Wrap(hasSysroot ? "clang" : "gcc")
            .WithArguments([.. hasSysroot ? [$"--target={triple}", $"--sysroot={sysroot}"] : Array.Empty<string>(), "-fsyntax-only", "-D_GNU_SOURCE", source])
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, result.StandardError);
    }

    private const string Headers =
        """
        #include <errno.h>
        #include <fcntl.h>
        #include <netinet/in.h>
        #include <poll.h>
        #include <signal.h>
        #include <stddef.h>
        #include <stdio.h>
        #include <sys/ioctl.h>
        #include <sys/prctl.h>
        #include <sys/resource.h>
        #include <sys/socket.h>
        #include <sys/stat.h>
        #include <linux/filter.h>
        #include <linux/inet_diag.h>
        #include <linux/netlink.h>
        #include <linux/sock_diag.h>
        #include <linux/tcp.h>
        """;

    /// <summary>What the agent takes something for, and the same in C.</summary>
    private static IEnumerable<(string Here, string There)> Claims(Architecture processor) =>
    [
        Number(Posix.OpenDirectoryOn(processor), "O_DIRECTORY | O_CLOEXEC"),
        Number(Posix.CurrentDirectory, "AT_FDCWD"),
        Number(Posix.NoFollow, "AT_SYMLINK_NOFOLLOW"),
        Number(Posix.BasicStats, "STATX_BASIC_STATS"),
        Number(Posix.ImmutableAttributes, "STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND"),
        Number(Posix.MountRoot, "STATX_ATTR_MOUNT_ROOT"),
        Number(Posix.Exchange, "RENAME_EXCHANGE"),
        Number(Posix.TerminalStop, "SIGTSTP"),
        Number(Posix.TerminalOutput, "SIGTTOU"),
        Number(Posix.Block, "SIG_BLOCK"),
        Number(Marshal.SizeOf<SignalSet>(), "sizeof(sigset_t)"),
        Number(Posix.GetWindowSize, "TIOCGWINSZ"),
        Number(Posix.Writable, "POLLOUT"),
        Number(Posix.Interrupted, "EINTR"),
        Number(Posix.TryAgain, "EAGAIN"),
        Number(Constant(typeof(Posix), "NotPermitted"), "EPERM"),
        Number(Constant(typeof(FileStatus), "NoSuchFile"), "ENOENT"),
        Number(Constant(typeof(FileStatus), "NotADirectory"), "ENOTDIR"),
        Number(Posix.CoreLimit, "RLIMIT_CORE"),
        Number(Posix.SetDumpable, "PR_SET_DUMPABLE"),
        Number(Constant(typeof(NetlinkSocket), "Family"), "AF_NETLINK"),
        Number(Constant(typeof(NetlinkSocket), "RawCloseOnExec"), "SOCK_RAW | SOCK_CLOEXEC"),
        Number(SocketMessages.Protocol, "NETLINK_SOCK_DIAG"),
        Number(SocketMessages.Version4, "AF_INET"),
        Number(SocketMessages.Version6, "AF_INET6"),
        Number(SocketMessages.RemotePortOffset, "sizeof(struct nlmsghdr) + offsetof(struct inet_diag_msg, id.idiag_dport)"),
        Number(Constant(typeof(SocketMessages), "HeaderLength"), "sizeof(struct nlmsghdr)"),
        Number(Constant(typeof(SocketMessages), "RequestLength"), "sizeof(struct nlmsghdr) + sizeof(struct inet_diag_req_v2)"),
        Number(Constant(typeof(SocketMessages), "SocketLength"), "sizeof(struct inet_diag_msg)"),
        Number(Constant(typeof(SocketMessages), "ByFamily"), "SOCK_DIAG_BY_FAMILY"),
        Number(Constant(typeof(SocketMessages), "Dump"), "NLM_F_DUMP"),
        Number(Constant(typeof(SocketMessages), "Done"), "NLMSG_DONE"),
        Number(Constant(typeof(SocketMessages), "Error"), "NLMSG_ERROR"),
        Number(Constant(typeof(SocketMessages), "Info"), "INET_DIAG_INFO"),
        Number(Constant(typeof(SocketMessages), "ExpiresOffset"), "offsetof(struct inet_diag_msg, idiag_expires)"),
        Number(Constant(typeof(SocketMessages), "RetransmissionTimeOffset"), "offsetof(struct tcp_info, tcpi_rto)"),
        Number(Constant(typeof(SocketMessages), "LastDataOffset"), "offsetof(struct tcp_info, tcpi_last_data_recv)"),
        Number(Constant(typeof(SocketMessages), "LastAcknowledgementOffset"), "offsetof(struct tcp_info, tcpi_last_ack_recv)"),
        Number(Constant(typeof(SocketMessages), "RoundTripOffset"), "offsetof(struct tcp_info, tcpi_rtt)"),
        Number(Constant(typeof(ClosedConnections), "Destroyed"), "1 << (SKNLGRP_INET_TCP_DESTROY - 1) | 1 << (SKNLGRP_INET6_TCP_DESTROY - 1)"),
        Number(Constant(typeof(ClosedConnections), "SocketLevel"), "SOL_SOCKET"),
        Number(Constant(typeof(ClosedConnections), "AttachFilter"), "SO_ATTACH_FILTER"),
        .. Structure(typeof(Posix.StatXBuffer), "statx",
            ("Attributes", "stx_attributes"), ("Links", "stx_nlink"), ("User", "stx_uid"), ("Group", "stx_gid"), ("Mode", "stx_mode"), ("Inode", "stx_ino"), ("Size", "stx_size"),
            ("ChangedSeconds", "stx_ctime.tv_sec"), ("ChangedNanoseconds", "stx_ctime.tv_nsec"), ("ModifiedSeconds", "stx_mtime.tv_sec"), ("ModifiedNanoseconds", "stx_mtime.tv_nsec")),
        .. Structure(typeof(Posix.PollEntry), "pollfd", ("Descriptor", "fd"), ("Wanted", "events"), ("Seen", "revents")),
        .. Structure(typeof(Posix.WindowSize), "winsize", ("Rows", "ws_row"), ("Columns", "ws_col")),
        .. Structure(typeof(Posix.Limit), "rlimit", ("Soft", "rlim_cur"), ("Hard", "rlim_max")),
        .. Structure(typeof(SocketIdentity), "inet_diag_sockid", ("_cookie", "idiag_cookie")),
        .. Structure(Nested(typeof(NetlinkSocket), "Address"), "sockaddr_nl", ("Family", "nl_family"), ("Port", "nl_pid"), ("Groups", "nl_groups")),
        .. Structure(Nested(typeof(ClosedConnections), "Instruction"), "sock_filter"),
        .. Structure(Nested(typeof(ClosedConnections), "FilterProgram"), "sock_fprog"),
    ];

    private static (string Here, string There) Number(decimal here, string there) => (here.ToString(CultureInfo.InvariantCulture), there);

    private static IEnumerable<(string Here, string There)> Structure(Type type, string name, params (string Here, string There)[] fields) =>
        fields.Select(field => Number(Marshal.OffsetOf(type, field.Here).ToInt32(), $"offsetof(struct {name}, {field.There})")).Prepend(Number(Marshal.SizeOf(type), $"sizeof(struct {name})"));

    private static decimal Constant(Type type, string name) =>
        Convert.ToDecimal(type.GetField(name, BindingFlags.Static | BindingFlags.NonPublic)!.GetRawConstantValue(), CultureInfo.InvariantCulture);

    private static Type Nested(Type type, string name) => type.GetNestedType(name, BindingFlags.NonPublic)!;
}
