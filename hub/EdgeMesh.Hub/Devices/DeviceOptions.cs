using System;
using System.Collections.Generic;
using System.ComponentModel.DataAnnotations;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Configuration;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Hub.Devices;

/// <summary>What devices may ask of the hub; configuration section <c>Devices</c>.</summary>
public sealed class DeviceOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Devices";

    /// <summary>
    /// Messages a second that a device may send on and on, 1 to 10,000. Default 20. What is over it is refused as <c>rate_limited</c>. An
    /// acknowledgement of a chunk that was sent is not in this count.
    /// </summary>
    [Range(1, 10_000), Setting(Unit = "messages/s")]
    public int MessagesPerSecond { get; set; } = 20;

    /// <summary>Messages that a device may send at once after it was quiet, 1 to 100,000. Default 200: many times what it says when it comes back.</summary>
    [Range(1, 100_000), Setting(Unit = "messages")]
    public int MessageBurst { get; set; } = 200;

    /// <summary>
    /// What is encrypted where a device's connection is not TLS: any of <c>command</c>, <c>response</c>, <c>telemetry</c> (state and log
    /// too) and <c>program</c>, with commas between; empty for nothing. Default <c>command,response,telemetry</c>: a program costs a
    /// device much time to decrypt.
    /// </summary>
    [Setting(Takes = "command, response, telemetry and program, with commas between, or nothing")]
    public string Encrypt { get; set; } = "command,response,telemetry";

    /// <summary>
    /// FOR A LABORATORY ONLY: believes what known devices say of themselves without a signature. Commands and updates stay signed. Default
    /// false.
    /// </summary>
    [Setting(Requirement = "AllowUnauthenticated")]
    public bool AllowUnauthenticated { get; set; }

    /// <summary>What <see cref="Encrypt"/> names, as a welcome names it; null where it names something unknown.</summary>
    internal string[]? EncryptedTopics()
    {
        List<string> topics = [];
        foreach (string name in Encrypt.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            TopicKind[] kinds = name switch
            {
                "command" => [TopicKind.Command],
                "response" => [TopicKind.Response],
                "telemetry" => [TopicKind.Telemetry, TopicKind.State, TopicKind.Log],
                "program" => [TopicKind.OtaChunk],
                _ => [],
            };
            if (kinds.Length == 0)
            {
                return null;
            }

            topics.AddRange(kinds.Select(SessionCipher.NameOf));
        }

        return [.. topics];
    }
}
