namespace EdgeMesh.Hub.Broker;

/// <summary>What a person needs to look at the broker with MQTT Explorer, and what to tell a device.</summary>
/// <param name="Host">The broker's host: loopback where it listens there only.</param>
/// <param name="DeviceHost">The host as devices are told it.</param>
/// <param name="Port">Its TCP port.</param>
/// <param name="Tls">Whether it speaks TLS there.</param>
/// <param name="DevicePort">The TCP port as devices are told it: the TLS listener's where there is one.</param>
/// <param name="DeviceTls">Whether it speaks TLS there.</param>
/// <param name="Embedded">Whether the hub runs it.</param>
/// <param name="ViewerUser">The read-only account. An external broker without dynamic security does not have it.</param>
/// <param name="ViewerPasswordFile">The file of its password, readable by the hub's account and root.</param>
/// <param name="OperatorUser">The account that may also ask for programs; likewise.</param>
/// <param name="OperatorPasswordFile">The file of its password.</param>
/// <param name="ViewerFilter">All that it may subscribe to.</param>
/// <param name="Authority">PEM of the external broker's authority, for the hub and devices alike; empty for the embedded one, whose is the hub's own, and in plain.</param>
public sealed record BrokerInfo(
    string Host, string DeviceHost, int Port, bool Tls, int DevicePort, bool DeviceTls, bool Embedded, string ViewerUser, string ViewerPasswordFile, string OperatorUser, string OperatorPasswordFile, string ViewerFilter,
    string Authority);
