using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using EdgeMesh.Hub.Access;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Enrollment;
using EdgeMesh.Hub.Hosting;

namespace EdgeMesh.Hub.Configuration;

/// <summary>All that can be known to be wrong with a configuration before a hub is started with it.</summary>
public static class ConfigurationCheck
{
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>What is wrong, errors first; nothing where nothing is.</summary>
    /// <param name="file">The configuration's file.</param>
    /// <param name="reading">What is read from it and from beside it.</param>
    public static IEnumerable<ConfigurationFinding> Findings(string file, ConfigurationReading reading)
    {
        ConfigurationFinding[] faults = [.. reading.Faults()];
        // A value of the wrong type would keep the rest of its section from being judged: first things first.
        ConfigurationFinding[] refusals = [.. faults.Length > 0 ? [] : HubApplication.Refusals(reading.Configuration)
            .Select(refusal => new ConfigurationFinding(ConfigurationFinding.Error, KeyIn(refusal), reading.PlaceOf(KeyIn(refusal)), refusal))];
        return [.. faults, .. refusals, .. reading.Unknown(), .. Secrets(file, reading), .. Unreadable(reading), .. faults.Length + refusals.Length > 0 ? [] : TakenPorts(reading)];
    }

    private static string KeyIn(string sentence) => sentence.Split(' ')[0].TrimEnd(',', '.') is var word && Setting.All.Any(s => s.Key == word) ? word : "";

    private static T Value<T>(ConfigurationReading reading, string section, string name) =>
        (T)reading.ValueOf(Setting.All.Single(s => s.Section == section && s.Name == name))!;

    // A secret in a file that everybody may read is none.
    private static IEnumerable<ConfigurationFinding> Secrets(string file, ConfigurationReading reading)
    {
        IEnumerable<(string Key, string File)> inside = Setting.All.Where(s => s.IsSecret).Select(s => (s.Key, File: reading.PlaceOf(s.Key)));
        (string Key, string File) own = ($"{BrokerOptions.Section}:{nameof(BrokerOptions.PasswordFile)}", Value<string>(reading, BrokerOptions.Section, nameof(BrokerOptions.PasswordFile)));
        return inside.Append(own).Where(secret => File.Exists(secret.File) && (File.GetUnixFileMode(secret.File) & Others) != 0)
            .Select(secret => new ConfigurationFinding(
                ConfigurationFinding.Warning, secret.Key, secret.File, $"{secret.File} holds a password ({secret.Key}) and everybody may read or write it; run `chmod o= {secret.File}`."));
    }

    private static IEnumerable<ConfigurationFinding> Unreadable(ConfigurationReading reading)
    {
        foreach (string name in (string[])[nameof(BrokerOptions.PasswordFile), nameof(BrokerOptions.CaFile)])
        {
            string path = Value<string>(reading, BrokerOptions.Section, name);
            if (path.Length > 0 && File.Exists(path) && !MayRead(path))
            {
                string key = $"{BrokerOptions.Section}:{name}";
                yield return new(ConfigurationFinding.Warning, key, reading.PlaceOf(key), $"{key} names {path}, which you may not read; the hub's account must.");
            }
        }
    }

    private static bool MayRead(string path)
    {
        try
        {
            using FileStream opened = File.OpenRead(path);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    // A hub that runs holds its ports itself.
    private static IEnumerable<ConfigurationFinding> TakenPorts(ConfigurationReading reading)
    {
        if (Answers(Value<string>(reading, HubOptions.Section, nameof(HubOptions.Socket))))
        {
            yield break;
        }

        bool embedded = Value<string>(reading, BrokerOptions.Section, nameof(BrokerOptions.Url)).Length == 0;
        bool mutual = Value<bool>(reading, BrokerOptions.Section, nameof(BrokerOptions.MutualTls));
        (string Section, string Name, bool Used)[] ports =
        [
            (BrokerOptions.Section, nameof(BrokerOptions.Port), embedded), (BrokerOptions.Section, nameof(BrokerOptions.TlsPort), embedded),
            (EnrollmentOptions.Section, nameof(EnrollmentOptions.Port), embedded && mutual), (AccessOptions.Section, nameof(AccessOptions.Port), true),
        ];
        foreach ((string section, string name, bool used) in ports)
        {
            int port = Value<int>(reading, section, name);
            if (used && port > 0 && IsTaken(port))
            {
                string key = $"{section}:{name}";
                yield return new(
                    ConfigurationFinding.Warning, key, reading.PlaceOf(key),
                    $"{key} is {port}, and another program listens there: `ss -ltnp 'sport = :{port}'` names it. Debian's own Mosquitto is ended by `systemctl disable --now mosquitto`.");
            }
        }
    }

    private static bool Answers(string socket)
    {
        try
        {
            using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            probe.Connect(new UnixDomainSocketEndPoint(socket));
            return true;
        }
        catch (Exception none) when (none is SocketException or ArgumentException)
        {
            return false;
        }
    }

    private static bool IsTaken(int port)
    {
        try
        {
            using TcpListener probe = new(IPAddress.Any, port);
            probe.Start();
            return false;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode == SocketError.AddressAlreadyInUse;
        }
    }
}
