using System;

namespace EdgeMesh.Device.Host;

/// <summary>What the process ends with. A service manager should restart it after none of them but <see cref="Bug"/>.</summary>
public static class ExitCodes
{
    /// <summary>Ended by SIGTERM or SIGINT.</summary>
    public const int Stopped = 0;

    /// <summary>An exception that nobody expected.</summary>
    public const int Bug = 1;

    /// <summary>The command line or the configuration is refused; the line on stderr says why.</summary>
    public const int Refused = 2;

    /// <summary>The board asks for a reboot (<c>EX_TEMPFAIL</c>); only the board's own process ends with it.</summary>
    public const int Reboot = 75;
}

/// <summary>The command line.</summary>
/// <param name="Config">The file that <c>edgemesh devices add</c> printed.</param>
/// <param name="State">The folder for the device's files.</param>
/// <param name="Board">Whether this process is the board; otherwise it starts one.</param>
public sealed record HostOptions(string Config, string State, bool Board)
{
    private const string Usage = "Usage: EdgeMesh.Device.Host --config FILE --state DIR";

    /// <summary>Reads the command line; null, with a line on stderr, where it is refused.</summary>
    public static HostOptions? Read(string[] args)
    {
        string config = "", state = "";
        bool board = false;
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--board") board = true;
            else if (args[i] == "--config" && i + 1 < args.Length) config = args[++i];
            else if (args[i] == "--state" && i + 1 < args.Length) state = args[++i];
            else return Refuse($"\"{args[i]}\" is not understood. {Usage}");
        }

        return config.Length > 0 && state.Length > 0 ? new HostOptions(config, state, board) : Refuse(Usage);
    }

    private static HostOptions? Refuse(string reason)
    {
        Console.Error.WriteLine(reason);
        return null;
    }
}
