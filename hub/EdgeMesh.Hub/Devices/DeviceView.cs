using System.Collections.Generic;
using System.Text.Json;
using System.Text.Json.Serialization;

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
/// <param name="Revoked">When it was revoked, in seconds since 1970-01-01 UTC; 0 for not.</param>
/// <param name="RevokedReason">Why it was revoked, as the owner said.</param>
/// <param name="Note">What other features have to say of it, such as a program that was rolled back; empty for nothing.</param>
public sealed record DeviceView(
    string Id, string Type, bool Online, long LastSeen, string Program, long Sequence, JsonElement? Info, IReadOnlyDictionary<string, long> Refused,
    long Revoked = 0, string RevokedReason = "", string Note = "");

/// <summary>A feature that has something to say of devices.</summary>
public interface IDeviceNote
{
    /// <summary>A sentence on the device; empty for none.</summary>
    string NoteOn(string device);
}

/// <summary>What a new device must be given: the file <c>edgemesh.json</c> on it. Shown once; the hub never shows the key again.</summary>
/// <param name="Site">The hub's site.</param>
/// <param name="Device">The device's id.</param>
/// <param name="Type">Its type.</param>
/// <param name="Key">Its long-term secret: 64 hex digits.</param>
/// <param name="Host">The broker's host.</param>
/// <param name="Port">The broker's port.</param>
/// <param name="Ca">PEM of the authorities behind the broker's certificate, and the only ones to trust; null where the broker does not speak TLS.</param>
/// <param name="Certificate">PEM of the device's own certificate; null where the broker asks for none.</param>
/// <param name="PrivateKey">PEM of that one's private key.</param>
/// <param name="Time">When this was made, in seconds since 1970-01-01 UTC: a device whose clock says less is certainly wrong. Null without TLS.</param>
/// <param name="BrokerPassword">
/// The password that the device shows the broker, with its id as user and client id; null where the hub makes the account there itself.
/// </param>
public sealed record DeviceConfiguration(
    string Site, string Device, string Type, string Key, string Host, int Port,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Ca = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Certificate = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PrivateKey = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Time = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? BrokerPassword = null)
{
    /// <summary>Without the keys, which must not get into a log.</summary>
    public override string ToString() => $"DeviceConfiguration {Device}";
}

/// <summary>What became of a revocation. The device is shut out of the hub in any case.</summary>
/// <param name="Device">The device.</param>
/// <param name="Broker">
/// <c>enforced</c>: the broker has thrown it off and refuses it; <c>pending</c>: the broker cannot be reached, and does so as soon as it
/// can; <c>not_enforced</c>: an external broker without accounts for the hub, whose administrator must remove the device's account.
/// </param>
public sealed record RevocationView(DeviceView Device, string Broker);
