using EdgeMesh.Contracts;
using EdgeMesh.Hub.Events;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Hub.Devices;

/// <summary>A handshake with the device was carried through: whatever was under way with it is to be taken up anew.</summary>
public sealed record DeviceOnline(string Id) : HubEvent;

/// <summary>The device is gone, and why.</summary>
public sealed record DeviceOffline(string Id, string Cause) : HubEvent;

/// <summary>The device was removed from the hub.</summary>
public sealed record DeviceRemoved(string Id) : HubEvent;

/// <summary>The device was revoked: nothing of it is believed any more.</summary>
/// <param name="Id">The device.</param>
/// <param name="Reason">Why, as the owner said; may be empty.</param>
public sealed record DeviceRevoked(string Id, string Reason) : HubEvent;

/// <summary>A device goes on under another id: what is kept of it is to follow. The old id is removed right after.</summary>
public sealed record DeviceRenamed(string From, string To) : HubEvent;

/// <summary>A message of a device was refused. Told once for the first, and then whenever the count has grown tenfold.</summary>
public sealed record DeviceMessageRefused(string Id, string Code, string Reason, long Count) : HubEvent;

/// <summary>A verified message of a device.</summary>
/// <param name="Id">The device.</param>
/// <param name="Kind">Which message.</param>
/// <param name="Body">Its members.</param>
/// <param name="Payload">The bytes it came as.</param>
public sealed record DeviceMessage(string Id, TopicKind Kind, JsonObject Body, byte[] Payload) : HubEvent;
