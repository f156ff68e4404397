using System;
using System.Collections;
using System.Security.Cryptography.X509Certificates;
using nanoFramework.M2Mqtt.Messages;

// Signatures: github.com/nanoframework/nanoFramework.m2mqtt v5.1.220, M2Mqtt/{MqttClient,MqttSettings}.cs and nanoFramework.M2Mqtt.Core/**.
namespace nanoFramework.M2Mqtt
{
    public enum MqttSslProtocols
    {
        None,
        SSLv3,
        TLSv1_0,
        TLSv1_1,
        TLSv1_2,
        TLSv1_3,
    }

    public class MqttSettings
    {
        private MqttSettings()
        {
        }

        /// <summary>One object for all clients, as there.</summary>
        public static MqttSettings Instance { get; } = new();

        public int InflightQueueSize { get; set; } = int.MaxValue;

        public bool ValidateServerCertificate { get; set; } = true;
    }

    public interface IMqttClient
    {
        public delegate void MqttMsgPublishEventHandler(object sender, MqttMsgPublishEventArgs e);

        public delegate void MqttMsgSubscribedEventHandler(object sender, MqttMsgSubscribedEventArgs e);

        public delegate void ConnectionClosedEventHandler(object sender, EventArgs e);
    }

    /// <summary>What is at the other end. Its members are called by the client's of their name, which does as they say, or as they throw.</summary>
    public interface IStubBroker
    {
        /// <summary>The constructor, which looks the name up at once (M2Mqtt/Net/MqttNetworkChannel.cs).</summary>
        void Construct(MqttClient client);

        MqttReasonCode Connect(MqttClient client);

        void Subscribe(MqttClient client, string[] topics, MqttQoSLevel[] levels);

        void Publish(MqttClient client, string topic, byte[] message, MqttQoSLevel level, bool retain);

        void Close(MqttClient client);
    }

    public class MqttClient : IMqttClient
    {
        public MqttClient(string brokerHostName, int brokerPort, bool secure, X509Certificate? caCert, X509Certificate? clientCert, MqttSslProtocols sslProtocol)
        {
            (Host, Port, Secure, Authority, Own, Protocol) = (brokerHostName, brokerPort, secure, caCert, clientCert, sslProtocol);
            Broker!.Construct(this);
        }

        public event IMqttClient.MqttMsgPublishEventHandler? MqttMsgPublishReceived;

        public event IMqttClient.MqttMsgSubscribedEventHandler? MqttMsgSubscribed;

        public event IMqttClient.ConnectionClosedEventHandler? ConnectionClosed;

        public static IStubBroker? Broker { get; set; }

        public string Host { get; }

        public int Port { get; }

        public bool Secure { get; }

        public X509Certificate? Authority { get; }

        public X509Certificate? Own { get; }

        public MqttSslProtocols Protocol { get; }

        public string ClientId { get; private set; } = "";

        public string Password { get; private set; } = "";

        public string Will { get; private set; } = "";

        public bool IsConnected { get; private set; }

        public MqttSettings Settings => MqttSettings.Instance;

        public MqttReasonCode Connect(
            string clientId, string username, string password, bool willRetain, MqttQoSLevel willQosLevel, bool willFlag, string willTopic,
            string willMessage, bool cleanSession, ushort keepAlivePeriod)
        {
            (ClientId, Password, Will) = (clientId, password, willFlag ? willTopic + " " + willMessage : "");
            MqttReasonCode code = Broker!.Connect(this);
            IsConnected = code == MqttReasonCode.Success;
            return code;
        }

        public ushort Subscribe(string[] topics, MqttQoSLevel[] qosLevels)
        {
            Broker!.Subscribe(this, topics, qosLevels);
            return 1;
        }

        public ushort Publish(string topic, byte[] message, string? contentType, ArrayList? userProperties, MqttQoSLevel qosLevel, bool retain)
        {
            Broker!.Publish(this, topic, message, qosLevel, retain);
            return 2;
        }

        public void Close()
        {
            IsConnected = false;
            Broker!.Close(this);
        }

        /// <summary>The client's own threads raise these.</summary>
        public void Arrive(string topic, byte[] message) =>
            MqttMsgPublishReceived?.Invoke(this, new MqttMsgPublishEventArgs(topic, message, false, MqttQoSLevel.AtLeastOnce, false));

        public void Grant(params MqttQoSLevel[] levels) => MqttMsgSubscribed?.Invoke(this, new MqttMsgSubscribedEventArgs(1, levels));

        public void End()
        {
            IsConnected = false;
            ConnectionClosed?.Invoke(this, EventArgs.Empty);
        }
    }
}

namespace nanoFramework.M2Mqtt.Messages
{
    public enum MqttQoSLevel
    {
        AtMostOnce = 0x00,
        AtLeastOnce = 0x01,
        ExactlyOnce = 0x02,
        GrantedFailure = 0x80,
    }

    public enum MqttReasonCode
    {
        Success = 0x00,
        ConnectionRefusedUnacceptableProtocolVersion = 0x01,
        ConnectionRefusedIdentifierRejected = 0x02,
        ConnectionRefusedServerUnavailable = 0x03,
        ConnectionRefusedBadUserNameOrPassword = 0x04,
        ConnectionRefusedNotAuthorized = 0x05,
    }

    public class MqttMsgPublishEventArgs(string topic, byte[] message, bool dupFlag, MqttQoSLevel qosLevel, bool retain) : EventArgs
    {
        public string Topic { get; } = topic;

        public byte[] Message { get; } = message;

        public bool DupFlag { get; } = dupFlag;

        public MqttQoSLevel QosLevel { get; } = qosLevel;

        public bool Retain { get; } = retain;
    }

    public class MqttMsgSubscribedEventArgs(ushort messageId, MqttQoSLevel[] grantedQosLevels) : EventArgs
    {
        public ushort MessageId { get; } = messageId;

        public MqttQoSLevel[] GrantedQoSLevels { get; } = grantedQosLevels;
    }
}
