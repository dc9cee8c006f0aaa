// The parts of 0G's contract interfaces that the local network uses. The selectors are those of the
// deployed generation (getAllServices with offset and limit, services of 11 fields).
import { Interface } from 'ethers';
import { FixedPriceFlow__factory } from './node_modules/@0gfoundation/0g-ts-sdk/lib.esm/contracts/flow/factories/FixedPriceFlow__factory.js';
import { FixedPrice__factory } from './node_modules/@0gfoundation/0g-ts-sdk/lib.esm/contracts/market/factories/FixedPrice__factory.js';

const tuple = (...members) => `tuple(${members.join(', ')})`;

const serviceParams = tuple(
    'string serviceType',
    'string url',
    'string model',
    'string verifiability',
    'uint256 inputPrice',
    'uint256 outputPrice',
    'string additionalInfo',
    'address teeSignerAddress',
);

const service = tuple(
    'address provider',
    'string serviceType',
    'string url',
    'uint256 inputPrice',
    'uint256 outputPrice',
    'uint256 updatedAt',
    'string model',
    'string verifiability',
    'string additionalInfo',
    'address teeSignerAddress',
    'bool teeSignerAcknowledged',
);

const refund = tuple('uint256 index', 'uint256 amount', 'uint256 createdAt', 'bool processed');

const account = tuple(
    'address user',
    'address provider',
    'uint256 nonce',
    'uint256 balance',
    'uint256 pendingRefund',
    `${refund}[] refunds`,
    'string additionalInfo',
    'bool acknowledged',
    'uint256 validRefundsLength',
    'uint256 generation',
    'uint256 revokedBitmap',
);

const settlement = tuple(
    'address user',
    'address provider',
    'uint256 totalFee',
    'bytes32 requestsHash',
    'uint256 nonce',
    'bytes signature',
);

const ledgerAccount = tuple(
    'address user',
    'uint256 availableBalance',
    'uint256 totalBalance',
    'string additionalInfo',
);

export const serving = new Interface([
    'function initialize(uint256 lockTime, address ledger, address owner)',
    'function MIN_PROVIDER_STAKE() view returns (uint256)',
    `function addOrUpdateService(${serviceParams} params) payable`,
    'function removeService()',
    'function acknowledgeTEESignerByOwner(address provider)',
    'function revokeTEESignerAcknowledgement(address provider)',
    `function getAllServices(uint256 offset, uint256 limit) view returns (${service}[] services, uint256 total)`,
    `function getService(address provider) view returns (${service})`,
    'function serviceExists(address provider) view returns (bool)',
    `function getAccount(address user, address provider) view returns (${account})`,
    `function settleFeesWithTEE(${settlement}[] settlements) returns (uint8[])`,
    'function acknowledgeTEESigner(address provider, bool acknowledged)',
    'function revokeToken(address provider, uint8 tokenId)',
    'function revokeAllTokens(address provider)',
    'event TEESettlementResult(address indexed user, uint8 status, uint256 unsettledAmount)',
    'error AccountNotExists(address user, address provider)',
    'error AdditionalInfoTooLong()',
    'error AlreadyInitialized()',
    'error CallerNotLedger(address caller)',
    'error CannotAddStakeWhenUpdating()',
    'error InsufficientStake(uint256 given, uint256 required)',
    'error InvalidAddress(address given)',
    'error LockTimeOutOfRange(uint256 given, uint256 min, uint256 max)',
    'error ServiceNotExist(address provider)',
]);

export const ledger = new Interface([
    'function initialize(address owner)',
    'function registerService(string serviceType, string version, address service, string description)',
    'function setRecommendedService(string serviceType, string version)',
    'function getRecommendedService(string serviceType) view returns (string version, address service)',
    'function MIN_ACCOUNT_BALANCE() view returns (uint256)',
    'function MIN_TRANSFER_AMOUNT() view returns (uint256)',
    'function addLedger(string additionalInfo) payable',
    'function transferFund(address provider, string serviceName, uint256 amount)',
    `function getLedger(address user) view returns (${ledgerAccount})`,
    'function getLedgerProviders(address user, string serviceName) view returns (address[])',
    'error AlreadyInitialized()',
    'error InsufficientAvailableBalance(uint256 available, uint256 required)',
    'error InsufficientBalance(address user)',
    'error LedgerExists(address user)',
    'error LedgerNotExists(address user)',
    'error MinimumDepositRequired(uint256 given, uint256 required)',
    'error ServiceMustImplementIServing(address service)',
    'error ServiceNotFound(address service)',
]);

// 0G's storage SDK carries these two whole, with their bytecode.
export const flow = Interface.from(FixedPriceFlow__factory.abi);
export const market = Interface.from(FixedPrice__factory.abi);
export const storageBytecode = {
    flow: FixedPriceFlow__factory.bytecode,
    market: FixedPrice__factory.bytecode,
};

export const reward = new Interface([
    'function releaseSeconds() view returns (uint256)',
    'function fillReward(uint256 beforeLength, uint256 chargedSectors) payable',
]);

const intelligentData = tuple('string dataDescription', 'bytes32 dataHash');
const accessProof = tuple('bytes32 dataHash', 'bytes targetPubkey', 'bytes nonce', 'bytes proof');
const ownershipProof = tuple(
    'uint8 oracleType',
    'bytes32 dataHash',
    'bytes sealedKey',
    'bytes targetPubkey',
    'bytes nonce',
    'bytes proof',
);
const transferProof = tuple(`${accessProof} accessProof`, `${ownershipProof} ownershipProof`);

/** What the network itself and its tests call of solidity/AgentNft.sol. */
export const inft = new Interface([
    'function VERSION() view returns (string)',
    'function name() view returns (string)',
    'function symbol() view returns (string)',
    'function storageInfo() view returns (string)',
    'function verifier() view returns (address)',
    'function paused() view returns (bool)',
    'function supportsInterface(bytes4 id) view returns (bool)',
    'function ownerOf(uint256 tokenId) view returns (address)',
    'function balanceOf(address owner) view returns (uint256)',
    'function getApproved(uint256 tokenId) view returns (address)',
    'function tokenURI(uint256 tokenId) view returns (string)',
    `function intelligentDatasOf(uint256 tokenId) view returns (${intelligentData}[])`,
    'function authorizedUsersOf(uint256 tokenId) view returns (address[])',
    `function mint(${intelligentData}[] newDatas, address to) payable returns (uint256)`,
    'function mint(address to) payable returns (uint256)',
    `function update(uint256 tokenId, ${intelligentData}[] newDatas)`,
    'function setTokenURI(uint256 tokenId, string uri)',
    'function authorizeUsage(uint256 tokenId, address user)',
    'function revokeAuthorization(uint256 tokenId, address user)',
    'function approve(address to, uint256 tokenId)',
    'function transferFrom(address from, address to, uint256 tokenId)',
    `function iTransferFrom(address from, address to, uint256 tokenId, ${transferProof}[] proofs)`,
    'function pause()',
    'function unpause()',
    'event Transfer(address indexed from, address indexed to, uint256 indexed tokenId)',
    `event Updated(uint256 indexed _tokenId, ${intelligentData}[] _oldDatas, ${intelligentData}[] _newDatas)`,
    'event Authorization(address indexed _from, address indexed _to, uint256 indexed _tokenId)',
    'event PublishedSealedKey(address indexed _to, uint256 indexed _tokenId, bytes[] _sealedKeys)',
    'error ERC721IncorrectOwner(address sender, uint256 tokenId, address owner)',
    'error ERC721NonexistentToken(uint256 tokenId)',
    'error ERC7857DataHashMismatch()',
    'error ERC7857ProofCountMismatch()',
    'error EnforcedPause()',
]);
