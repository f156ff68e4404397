using System.Collections.Generic;
using System.Text.Json;

namespace EdgeMesh.Hub.Devices;

/// <summary>A device as people see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">Its type.</param>
/// <param name="Online">Whether a session with it is in use.</param>
/// <param name="LastSeen">When its last handshake was made, in seconds since 1970-01-01 UTC; 0 for never.</param>
/// <param name="Program">Id and version of the program it confirmed, as <c>id@version</c>; empty for none.</param>
/// <param name="Sequence">Highest manifest sequence it confirmed.</param>
/// <param name="Info">What it said it is and can do; null where it has not.</param>
/// <param name="Refused">Messages refused since the hub started, by code.</param>
public sealed record DeviceView(
    string Id, string Type, bool Online, long LastSeen, string Program, long Sequence, JsonElement? Info, IReadOnlyDictionary<string, long> Refused);

/// <summary>What a new device must be given: the file <c>edgemesh.json</c> on it. Shown once; the hub never shows the key again.</summary>
/// <param name="Site">The hub's site.</param>
/// <param name="Device">The device's id.</param>
/// <param name="Type">Its type.</param>
/// <param name="Key">Its long-term secret: 64 hex digits.</param>
/// <param name="Host">The broker's host.</param>
/// <param name="Port">The broker's port.</param>
public sealed record DeviceConfiguration(string Site, string Device, string Type, string Key, string Host, int Port);
