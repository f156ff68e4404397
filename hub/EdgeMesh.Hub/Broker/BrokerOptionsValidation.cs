using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Broker;

/// <summary>Refuses a configuration that cannot work, or that would send a password in plain where nobody asked for it.</summary>
internal sealed class BrokerOptionsValidation : IValidateOptions<BrokerOptions>
{
    public ValidateOptionsResult Validate(string? name, BrokerOptions options)
    {
        List<string> faults = [.. options.Url.Length == 0 ? EmbeddedFaults(options) : ExternalFaults(options)];
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <summary>The address of <see cref="BrokerOptions.Url"/>; null where it is none.</summary>
    internal static Uri? Address(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.Scheme is "mqtt" or "mqtts" && uri.Host.Length > 0
            && uri.UserInfo.Length == 0 && uri.PathAndQuery is "" or "/" ? uri : null;

    private static IEnumerable<string> EmbeddedFaults(BrokerOptions options)
    {
        if (options.TlsPort == options.Port)
        {
            yield return $"Broker:TlsPort is {options.TlsPort}, and so is Broker:Port. Give each a port of its own (8883 and 1883 are MQTT's), or set Broker:TlsPort=0 for no TLS.";
        }

        if (options.MutualTls && (options.TlsPort == 0 || options.AllowPlain))
        {
            yield return "Broker:MutualTls asks for certificates at the TLS listener: set Broker:TlsPort, and not Broker:AllowPlain, which would let "
                + "everybody in without one.";
        }

        if (options.User.Length > 0 || options.Password.Length > 0 || options.PasswordFile.Length > 0 || options.CaFile.Length > 0)
        {
            yield return "Broker:User, Password, PasswordFile and CaFile are for an external broker, and Broker:Url is empty. "
                + "Set Broker:Url, or remove them: the embedded broker's account is made by the hub.";
        }
    }

    private static IEnumerable<string> ExternalFaults(BrokerOptions options)
    {
        if (Address(options.Url) is not { } uri)
        {
            yield return "Broker:Url is none of a broker. It must read mqtt://host:port or mqtts://host:port, without user, password or path "
                + "(those go into Broker:User and Broker:PasswordFile); leave it empty for the embedded broker.";
            yield break;
        }

        if (uri.Scheme == "mqtt" && !options.AllowPlain && !IsThisMachine(uri.Host))
        {
            yield return $"Broker:Url would carry passwords and readings in plain to {uri.Host}. Use mqtts://, or set Broker:AllowPlain=true "
                + "where the network between is yours alone.";
        }

        if (options.MutualTls)
        {
            yield return "Broker:MutualTls is for the embedded broker, and Broker:Url names another. Remove one of the two: an external "
                + "broker's certificates are its administrator's.";
        }

        if (options.User.Length == 0 && (options.Password.Length > 0 || options.PasswordFile.Length > 0))
        {
            yield return "Broker:Password is set and Broker:User is not: MQTT 3.1.1 knows no password without a user. Set Broker:User.";
        }

        if (options.Password.Length > 0 && options.PasswordFile.Length > 0)
        {
            yield return "Broker:Password and Broker:PasswordFile are both set. Keep the file and remove the other.";
        }

        foreach ((string key, string file) in new[] { ("PasswordFile", options.PasswordFile), ("CaFile", options.CaFile) })
        {
            if (file.Length > 0 && !File.Exists(file))
            {
                yield return $"Broker:{key} names {file}, which does not exist or may not be read by the hub's account.";
            }
        }
    }

    private static bool IsThisMachine(string host) =>
        host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
}
