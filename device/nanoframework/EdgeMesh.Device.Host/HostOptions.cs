using System;
using System.Globalization;
using EdgeMesh.Contracts;

namespace EdgeMesh.Device.Host;

/// <summary>The command line.</summary>
/// <param name="Config">The file that <c>edgemesh devices add</c> printed.</param>
/// <param name="State">The folder for the device's files.</param>
/// <param name="Enroll">What <c>edgemesh enroll</c> showed, to get the configuration with; empty for one that is there.</param>
/// <param name="Host">The broker's host for that.</param>
/// <param name="Port">The broker's port for that.</param>
/// <param name="Plain">Whether the broker speaks plain MQTT there though the port is not 1883.</param>
/// <param name="Type">The device's type for that.</param>
/// <param name="Id">The id it would like; empty for any.</param>
/// <param name="Board">Whether this process is the board; otherwise it starts one.</param>
public sealed record HostOptions(string Config, string State, string Enroll, string Host, int Port, bool Plain, string Type, string Id, bool Board)
{
    private const int PlainPort = 1883;
    private const string Usage =
        "Usage: EdgeMesh.Device.Host --config FILE --state DIR [--enroll TOKEN-PIN --host HOST --port PORT [--plain] [--type TYPE] [--id ID]]";

    /// <summary>Whether an enrolment connects by TLS: unless it is told <c>--plain</c>, or the port is MQTT's plain one, 1883.</summary>
    public bool Tls => !Plain && Port != PlainPort;

    /// <summary>Reads the command line; null, with a line on stderr, where it is refused.</summary>
    public static HostOptions? Read(string[] args)
    {
        string config = "", state = "", enroll = "", host = "", type = "esp32-nano", id = "";
        int port = 0;
        bool board = false, plain = false;
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--board") board = true;
            else if (args[i] == "--config" && i + 1 < args.Length) config = args[++i];
            else if (args[i] == "--state" && i + 1 < args.Length) state = args[++i];
            else if (args[i] == "--enroll" && i + 1 < args.Length) enroll = args[++i];
            else if (args[i] == "--host" && i + 1 < args.Length) host = args[++i];
            else if (args[i] == "--port" && i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out port)) i++;
            else if (args[i] == "--plain") plain = true;
            else if (args[i] == "--type" && i + 1 < args.Length) type = args[++i];
            else if (args[i] == "--id" && i + 1 < args.Length) id = args[++i];
            else return Refuse($"\"{args[i]}\" is not understood. {Usage}");
        }

        bool complete = config.Length > 0 && state.Length > 0 && (enroll.Length == 0 || (host.Length > 0 && port is > 0 and <= 65535));
        bool named = Names.IsValid(type) && (id.Length == 0 || Names.IsValid(id));
        return !complete ? Refuse(Usage) : named ? new HostOptions(config, state, enroll, host, port, plain, type, id, board) : Refuse("An id or type is " + Names.Grammar + ".");
    }

    private static HostOptions? Refuse(string reason)
    {
        Console.Error.WriteLine(reason);
        return null;
    }
}
